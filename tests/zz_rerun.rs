use initlint::rerun::*;
use std::collections::{BTreeMap, BTreeSet};
#[test]
fn show() {
    let text = std::fs::read_to_string("/tmp/zz.cases").unwrap();
    for case in text.split("=== ").skip(1) {
        let (name, script) = case.split_once('\n').unwrap();
        let parsed = match initlint::shell::parse(script) {
            Ok(p) => p,
            Err(e) => {
                println!("#### {name}: {e:?}");
                continue;
            }
        };
        let mount = |path: &str, volume| Mount {
            path: path.to_owned(),
            volume,
            sub_path: None,
            read_only: false,
            kept: true,
        };
        let input = |path: &str, volume| Mount { kept: false, read_only: true, ..mount(path, volume) };
        let container = Container {
            program: Program::Script {
                script: &parsed,
                text: script,
                options: BTreeSet::new(),
                arguments: vec![],
                bash: false,
            },
            mounts: vec![
                mount("/data", 0),
                mount("/work", 1),
                input("/config", 2),
                mount("/var/lib/mysql", 3),
                mount("/mnt/conf.d", 4),
                mount("/etc/redis", 5),
                mount("/var/www/html", 6),
                mount("/host", 7),
            ],
            environment: BTreeMap::new(),
            unknown_environment: BTreeSet::from(["POD_NAME".to_owned(), "SECRET".to_owned()]),
            working_dir: None,
            userland: Userland::Unknown,
            files: BTreeMap::new(),
        };
        let start = std::time::Instant::now();
        let found = analyse(std::slice::from_ref(&container)).remove(0);
        println!("#### {name} ({:?})", start.elapsed());
        for h in found {
            println!(
                "   {:?} {:?} [{}]\n      {}\n      help: {}",
                h.severity,
                h.kind,
                script.get(h.site.range.clone()).unwrap_or(""),
                h.why,
                h.help
            );
            for (s, l) in h.labels {
                println!("      - [{}] {l}", script.get(s.range).unwrap_or(""));
            }
        }
    }
}
