//! The examples in the documentation of the standard library: each is run, with
//! its module imported under its own name.

use std::path::Path;

use crate::harness::Project;

const PRELUDE: &str = "fn assert(holds) { if !holds { throw \"it does not hold\"; } }\n";

/// The examples of a module, one after the other.
fn examples(text: &str) -> Vec<String> {
    let (mut examples, mut open): (Vec<String>, Option<String>) = (vec![], None);
    for line in text.lines().filter_map(|line| line.strip_prefix("///")) {
        match (line.trim() == "```", &mut open) {
            (true, None) => open = Some(String::new()),
            (true, Some(_)) => examples.extend(open.take()),
            (false, Some(example)) => *example += &format!("{line}\n"),
            (false, None) => {}
        }
    }
    assert!(open.is_none(), "an example has no end");
    examples
}

#[test]
fn what_the_documentation_shows_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib");
    let mut run = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("text");
        for example in examples(&text) {
            run += 1;
            let body = format!("import \"std/{name}\" as {name};\n{PRELUDE}{example}print(\"all held\");");
            Project::new().runbook("example", "", &body).run(&["run", "example", "--sandbox"]).status(0).prints("all held");
        }
    }
    assert!(run >= 3, "{run}");
}
