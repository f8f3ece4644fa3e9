//! The places that SARIF tells, against the bytes on disk.

use std::fs;

use serde_json::Value;

use super::readers::{lint_all, lint_files, sarif};

const POD: &str = "# 한글 😀 \u{1d11e} tab:\there
apiVersion: v1
kind: Pod
metadata: {name: web, annotations: {\"설명\": \"😀😀\"}}
spec:
  initContainers:
  - {name: 초기화, image: \"x:1\", \"😀\": 1, livenessProbe: {exec: {command: [a]}}}
  - name: second
    image: \"x:1\"
    readinessProbe:
      exec: {command: [\"é\"]}
    restartPolicy: Always
  - name: third
    image: \"x:1\"
    # both lines of this comment, é
    # belong to the block
    startupProbe:
      exec: {command: [a]}
  containers:
  - {name: c, image: \"x:1\"}
";

/// The regions anywhere in a log.
fn regions<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "region" || name == "deletedRegion" {
                    found.push(member);
                }
                regions(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| regions(item, found)),
        _ => {}
    }
}

/// What a region covers: by its lines and columns, by its characters, by its bytes.
fn readings(region: &Value, bytes: &[u8]) -> [String; 3] {
    let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
    let decode = |bytes: &[u8], wide: bool| {
        if wide {
            let units = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
        } else {
            String::from_utf8(bytes.to_vec()).unwrap()
        }
    };
    let wide = bytes.starts_with(&[0xff, 0xfe]);
    // The mark is bytes, but no character.
    let mark = if wide {
        2
    } else if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let characters: Vec<char> = decode(&bytes[mark..], wide).chars().collect();
    let starts: Vec<usize> =
        std::iter::once(0).chain((1..=characters.len()).filter(|&at| characters[at - 1] == '\n')).collect();
    let at = |line: &str, column: &str| starts[number(line) - 1] + number(column) - 1;
    let by_line: String =
        characters[at("startLine", "startColumn")..at("endLine", "endColumn")].iter().collect();
    let from = number("charOffset");
    let by_character: String = characters[from..from + number("charLength")].iter().collect();
    let from = number("byteOffset");
    [by_line, by_character, decode(&bytes[from..from + number("byteLength")], wide)]
}

#[test]
fn lines_characters_and_bytes_agree_with_the_file() {
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(POD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    // Past the distance at which characters are counted anew.
    let long = format!("{}{POD}", "# 한글 é 😀\n".repeat(1000));
    let files = [
        ("plain.yaml", POD.as_bytes().to_vec()),
        ("crlf.yaml", POD.replace('\n', "\r\n").into_bytes()),
        ("mark.yaml", [b"\xef\xbb\xbf", POD.as_bytes()].concat()),
        ("wide.yaml", wide),
        ("long.yaml", long.into_bytes()),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let written = sarif(&lint_files(&[path]));
        let mut found = Vec::new();
        regions(&written["runs"][0]["results"], &mut found);
        assert!(found.len() >= 4, "{name}: {found:?}");
        let mut texts = Vec::new();
        for region in found {
            let [by_line, by_character, by_byte] = readings(region, &bytes);
            assert_eq!((&by_line, &by_character), (&by_byte, &by_byte), "{name}: {region}");
            texts.push(by_line);
        }
        for text in ["livenessProbe", "startupProbe"] {
            assert!(texts.iter().any(|found| found == text), "{name}: {texts:?}");
        }
        let encoding = written["runs"][0]["artifacts"][0]["encoding"].as_str();
        assert_eq!(encoding, (name == "wide.yaml").then_some("UTF-16"), "{name}");
    }
}

/// The address of the only result.
fn address(path: &str) -> Value {
    let text = POD.replace("readinessProbe", "resources").replace("startupProbe", "resources");
    let log = sarif(&lint_all(&[(path, &text)]));
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
}

#[test]
fn addresses_are_relative_to_the_run_where_they_can_be() {
    let here = std::env::current_dir().unwrap();
    let inside = here.join("k8s/a b.yaml");
    for (path, expected) in [
        ("k8s/web.yaml", "k8s/web.yaml"),
        ("k8s/a b#c%20?.yaml", "k8s/a%20b%23c%2520%3F.yaml"),
        ("한글/웹.yaml", "%ED%95%9C%EA%B8%80/%EC%9B%B9.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("k8s/../web.yaml", "web.yaml"),
        (inside.to_str().unwrap(), "k8s/a%20b.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
    ] {
        let address = address(path);
        assert_eq!(
            (&address["uri"], &address["uriBaseId"]),
            (&expected.into(), &"%SRCROOT%".into()),
            "{path}"
        );
    }
    let outside = address("../elsewhere/web.yaml");
    let uri = outside["uri"].as_str().unwrap();
    assert!(
        uri.starts_with("file:///") && uri.ends_with("/elsewhere/web.yaml") && !uri.contains(".."),
        "{uri}"
    );
    assert_eq!(outside.get("uriBaseId"), None);
}
