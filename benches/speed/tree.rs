//! A tree of manifests like those of people: what is to be linted is a small part of it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Numbers that look random and are the same in each run (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Writes `count` files below `folder`; tells their bytes. Of 50 files one is a definition of a custom resource, as large as
/// all others together; 3 have init containers, of which one runs a script of a ConfigMap; 2 are dashboards, one is a
/// chart's template, one a kustomization.
pub(crate) fn write(folder: &Path, count: usize) -> io::Result<usize> {
    let mut random = Random(1);
    let mut bytes = 0;
    for number in 0..count {
        let app = folder.join(format!("team-{}/app-{}", number % 97 % 13, number / 50));
        let (path, text) = match number % 50 {
            0 => (format!("crds/{number}.yaml"), definition(&mut random, number)),
            7 | 21 => (format!("deploy-{number}.yaml"), workload(number, true)),
            35 => (format!("scripts-{number}.yaml"), script(number)),
            3 | 17 => (format!("dashboard-{number}.json"), dashboard(&mut random)),
            9 => (format!("chart/templates/{number}.yaml"), template(number)),
            11 => ("kustomization.yaml".to_owned(), kustomization(number)),
            rest if rest < 25 => (format!("values-{number}.yaml"), values(&mut random)),
            _ => (format!("app-{number}.yml"), [workload(number, false), service(number)].join("---\n")),
        };
        let path = app.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        if text.contains(".Values") {
            fs::write(app.join("chart/Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\n")?;
        }
        bytes += text.len();
        fs::write(path, text)?;
    }
    Ok(bytes)
}

/// The schema of a Pod template, with the texts that the real one has.
fn definition(random: &mut Random, number: usize) -> String {
    let mut text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: apps{number}.example.com\n\
         spec:\n  group: example.com\n  names: {{kind: App{number}}}\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n"
    );
    for field in 0..400 + random.below(1200) {
        let name = ["initContainers", "restartPolicy", "configMapRef", "command", "binaryData"];
        let name = usize::try_from(random.below(5)).ok().and_then(|at| name.get(at)).unwrap_or(&"");
        let _ = write!(
            text,
            "          {name}{field}:\n            description: 'Name of the referent {field}. Selects a key of a ConfigMap, as a Job\n              has it. More info: https://kubernetes.io/docs/concepts/'\n            type: string\n"
        );
    }
    text
}

fn workload(number: usize, has_init: bool) -> String {
    let init = if has_init {
        format!(
            "      initContainers:\n      - name: prepare\n        image: registry.example.com/tools:1.{number}\n        command: [sh, -c, \"mkdir -p /data/x && cp /etc/app/* /data/x/\"]\n        volumeMounts:\n        - {{name: data, mountPath: /data}}\n      - name: seed\n        image: registry.example.com/tools:1.{number}\n        command: [sh, /scripts/run.sh]\n        volumeMounts:\n        - {{name: scripts, mountPath: /scripts}}\n        - {{name: data, mountPath: /data}}\n"
        )
    } else {
        String::new()
    };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{number}\n  labels: {{app: app-{number}}}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {{app: app-{number}}}\n  template:\n    metadata:\n      labels: {{app: app-{number}}}\n    spec:\n{init}      containers:\n      - name: app\n        image: registry.example.com/app:1.{number}\n        ports:\n        - containerPort: 8080\n        env:\n        - name: DB_HOST\n          value: db-{number}.svc\n        resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n      volumes:\n      - name: data\n        emptyDir: {{}}\n      - name: scripts\n        configMap: {{name: scripts-{number}}}\n"
    )
}

/// The ConfigMap whose script a workload of the same folder runs.
fn script(number: usize) -> String {
    let workload = number - 14;
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: scripts-{workload}\ndata:\n  run.sh: |\n    set -eu\n    mkdir /data/seed\n    curl -sf \\\n      http://db/seed > /data/seed/all.sql\n"
    )
}

fn service(number: usize) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{number}\nspec:\n  selector: {{app: app-{number}}}\n  ports:\n  - name: http\n    port: 80\n    targetPort: 8080\n"
    )
}

fn dashboard(random: &mut Random) -> String {
    let mut panels = Vec::new();
    for panel in 0..60 + random.below(140) {
        panels.push(format!(
            "    {{\n      \"id\": {panel},\n      \"expr\": \"sum(rate(x{panel}[5m])) \\u003e 0\",\n      \"legend\": \"{{{{pod}}}}\",\n      \"unit\": \"binary\"\n    }}"
        ));
    }
    format!("{{\n  \"panels\": [\n{}\n  ]\n}}\n", panels.join(",\n"))
}

fn template(number: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{{{ .Release.Name }}}}-{number}\nspec:\n  template:\n    spec:\n      {{{{- if .Values.init }}}}\n      initContainers:\n      - name: wait\n        image: \"{{{{ .Values.image }}}}:{{{{ .Values.tag }}}}\"\n        command: [sh, -c, sleep 1]\n      {{{{- end }}}}\n      containers:\n      - name: app\n        image: app:1\n"
    )
}

fn kustomization(number: usize) -> String {
    let (first, last) = (number + 14, number + 38);
    let apps: Vec<String> = (first..=last).map(|app| format!("- app-{app}.yml\n")).collect();
    format!("namePrefix: prod-\nresources:\n{}", apps.concat())
}

fn values(random: &mut Random) -> String {
    let mut text = String::new();
    for service in 0..5 + random.below(120) {
        let _ = write!(
            text,
            "service{service}:\n  # the image of it\n  enabled: true\n  image: \"registry.example.com/x/{service}:{}\"\n  args: [\"--a={service}\", \"--b\"]\n",
            random.below(99)
        );
    }
    text
}
