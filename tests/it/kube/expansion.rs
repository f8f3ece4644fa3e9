//! The kubelet's expansion of `$(NAME)`.

use initlint::kube::expansion::{Environment, Meaning};

use super::Manifest;

/// What the kubelet makes of a word of a container with this `env`.
fn expanded(env: &str, word: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nspec: {{containers: [{{name: a, image: a, {env}, command: [\"{word}\"]}}]}}\n"
    );
    let manifest = Manifest::new(&text);
    let pods = manifest.pods();
    let app = &pods[0].apps[0];
    let command = app.command.as_ref().unwrap()[0].node.mapped();
    Environment::of(app).expand(&command).text.as_str().to_owned()
}

#[test]
fn the_kubelet_expands_before_any_shell() {
    let env = "env: [{name: A, value: a}, {name: B, value: '$(A)-$(LATER)-$$(A)'}, {name: LATER, value: '$(B)'}, {name: SECRET, valueFrom: {secretKeyRef: {}}}, {name: EMPTY}, {name: VIA, value: 'x$(SECRET)'}]";
    for (word, after) in [
        ("$(A)", "a"),
        ("$(B)", "a-$(LATER)-$(A)"),
        ("$(LATER)", "a-$(LATER)-$(A)"),
        ("[$(EMPTY)]", "[]"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$a"),
        ("$$", "$"),
        ("$$$$", "$$"),
        ("kill $$", "kill $"),
        ("$A ${A} $(date +%s)", "$A ${A} $(date +%s)"),
        ("$(echo $(A))", "$(echo $(A))"),
        ("$(A", "$(A"),
        ("$( $(A)", "$( $(A)"),
        ("$()", "$()"),
        ("a$", "a$"),
        ("$한$(A)", "$한a"),
        ("$x$(A)", "$xa"),
        ("$(SECRET)/$(VIA)", "${SECRET}/${VIA}"),
        ("$(DB_SERVICE_HOST):$(DB_PORT_5432_TCP_PORT)", "${DB_SERVICE_HOST}:${DB_PORT_5432_TCP_PORT}"),
        ("$(NOBODY)", "$(NOBODY)"),
    ] {
        assert_eq!(expanded(env, word), after, "{word}");
    }
    assert_eq!(expanded("envFrom: [{secretRef: {name: s}}]", "$(ANY) $(date +%s)"), "${ANY} $(date +%s)");
}

#[test]
fn expansion_keeps_the_places() {
    let manifest = Manifest::new(
        "apiVersion: v1
kind: Pod
spec:
  containers:
  - name: a
    image: a
    env: [{name: DIR, value: /data/very/long}]
    command:
    - sh
    - -c
    - |
      mkdir $(DIR)/x
      kill $$; rm f
",
    );
    let pods = manifest.pods();
    let app = &pods[0].apps[0];
    let script = app.argv().unwrap()[2].node.mapped();
    let expanded = Environment::of(app).expand(&script);
    let text = expanded.text.as_str();
    assert_eq!(text, "mkdir /data/very/long/x\nkill $; rm f\n");
    let at = |part: &str| {
        let start = text.find(part).unwrap();
        manifest.text_at(expanded.text.span(start..start + part.len()))
    };
    assert_eq!(at("rm f"), "rm f");
    assert_eq!(at("/data/very/long"), "$(DIR)");
    assert_eq!(at("mkdir /data/very/long/x"), "mkdir $(DIR)/x");
    assert_eq!(expanded.references[0].meaning, Meaning::Known("/data/very/long".into()));
    assert_eq!(script.as_str().get(expanded.references[0].range.clone()), Some("$(DIR)"));
}

#[test]
fn values_that_double_stay_bounded() {
    let mut env = vec!["{name: V0, value: xxxxxxxxxx}".to_owned()];
    env.extend((1..64).map(|i| format!("{{name: V{i}, value: '$(V{0})$(V{0})'}}", i - 1)));
    let env = env.join(", ");
    let word = "$(V63)".to_owned() + &"$(V10)".repeat(2000);
    assert!(expanded(&format!("env: [{env}]"), &word).len() < 4_000_000);
    // Many openings without an end are searched for one once.
    assert_eq!(expanded("env: []", &"$(".repeat(100_000)).len(), 200_000);
}
