//! Functions of the standard library on cases in JSON: those that only judge
//! what they are given, and ask AWS nothing.
//!
//! The cases are written to be read; a runbook takes them to the function and
//! back, so that they meet it as ECS's answers do.

mod causes;
mod definitions;
mod examples;
mod terraform;
mod verdicts;
mod watching;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::harness::Project;

/// Members of AWS's answers that are times: scripts meet them as such.
const TIMED: &str = r#"
fn timed(value) {
    if type_of(value) == "array" { return value.map(|item| timed(item)); }
    if type_of(value) != "map" { return value; }
    for name in value.keys() {
        let one = value[name];
        value[name] = if type_of(one) == "string" && (name.ends_with("At") || name == "since") { time(one) } else { timed(one) };
    }
    value
}
"#;

/// What a function gives for every case, or `{"throws": …}`. `each` is Rhai: an
/// expression on `one`, the case.
pub fn play(imports: &[&str], each: &str, cases: &[Value]) -> Vec<Value> {
    let imports: String = imports.iter().map(|name| format!("import \"std/{name}\" as {name};\n")).collect();
    let body = format!(
        "{imports}{TIMED}\nlet results = [];\nfor one in timed(json::parse(read_file(\"cases.json\"))) {{\n\
         try {{ results.push({each}); }} catch (problem) {{ results.push(#{{ throws: problem.message ?? `${{problem}}` }}); }}\n}}\n\
         print(json::text(results));"
    );
    let cases_text = Value::from(cases.to_vec()).to_string();
    let project = Project::new().runbook("play", "", &body).file("cases.json", &cases_text);
    let ran = project.run(&["run", "play", "--sandbox"]);
    ran.status(0);
    let printed = ran.stdout.lines().last().expect("the results are printed");
    let results: Vec<Value> = serde_json::from_str(printed).expect("a list");
    assert_eq!(results.len(), cases.len());
    results
}

/// A file of cases: what holds for all of them, and each of them.
pub struct Cases {
    pub file: String,
    whole: Value,
}

impl Cases {
    /// All files of `tests/<folder>`, by name.
    pub fn all(folder: &str) -> Vec<Cases> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(&folder).expect("a folder of cases").map(|entry| entry.expect("a file").path()).collect();
        paths.sort();
        paths.iter().map(|path| Cases::read(path)).collect()
    }

    fn read(path: &Path) -> Cases {
        let text = std::fs::read_to_string(path).expect("a file of cases");
        let whole = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Cases { file: path.file_name().expect("a name").to_string_lossy().into_owned(), whole }
    }

    pub fn list(&self) -> &[Value] {
        self.whole["cases"].as_array().expect("a list of cases")
    }

    /// A case's own map over the one that holds for the file.
    pub fn with_default(&self, case: &Value, name: &str) -> Value {
        merged(&self.whole[name], &case[name])
    }
}

/// The members of the second over those of the first.
pub fn merged(below: &Value, above: &Value) -> Value {
    let mut all: Map<String, Value> = below.as_object().cloned().unwrap_or_default();
    all.extend(above.as_object().cloned().unwrap_or_default());
    Value::Object(all)
}

/// Functions on rows of arguments and what they are to give.
pub fn assert_table(module: &str, call: &str, rows: &[(Value, Value)]) {
    let cases: Vec<Value> = rows.iter().map(|(input, _)| json!({ "input": input })).collect();
    for ((input, wanted), given) in rows.iter().zip(play(&[module], call, &cases)) {
        match wanted.get("throws").and_then(Value::as_str) {
            Some(part) => {
                let message = given["throws"].as_str().unwrap_or_else(|| panic!("{call} of {input} gives {given}"));
                assert!(message.contains(part), "{call} of {input} throws {message:?}, which lacks {part:?}");
            }
            None => assert_eq!(&given, wanted, "{call} of {input}"),
        }
    }
}
