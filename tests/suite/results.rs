//! Results for machines: what the header promises is what `--output json`
//! gives; and params from a file.

use crate::harness::Project;

fn project(name: &str, returns: &str, body: &str) -> Project {
    let text = format!("const RUNBOOK = #{{ summary: \"test\", version: \"1.0.0\", returns: {returns} }};\n{body}");
    Project::new().file(&format!("runbooks/{name}.rhai"), &text).file("rollbook.toml", "")
}

#[test]
fn a_promised_result_is_in_the_help_and_the_document_and_off_the_screen() {
    let project = project(
        "count",
        r#"#{ tasks: [#{ id: "string", age: "integer?" }] }"#,
        r#"print("read me"); #{ tasks: [#{ id: "a" }] }"#,
    );
    project.run(&["run", "count", "--help"]).prints("tasks[].age  integer or null\n  tasks[].id   string");
    let ran = project.run(&["count", "--sandbox"]);
    assert_eq!(ran.status(0).never_says("promises").stdout, "SANDBOX\nread me\n");
    let document = project.run(&["count", "--sandbox", "--output", "json"]).json();
    assert_eq!(document["result"], serde_json::json!({ "tasks": [{ "id": "a" }] }));
}

#[test]
fn a_result_that_breaks_the_promise_is_said_and_fails_nothing() {
    let project = project("count", r#"#{ tasks: "integer" }"#, r#"#{ tasks: "two" }"#);
    project.run(&["count", "--sandbox"]).status(0).says("not what the header of count promises: `tasks` is a string");
}

#[test]
fn a_promise_that_nobody_can_read_is_a_fault_of_the_script() {
    project("count", r#"#{ tasks: "intger" }"#, "")
        .run(&["check", "count"])
        .status(2)
        .says("unknown type `intger`")
        .says("integer");
}

const PARAMS: &str = r#"const RUNBOOK = #{ summary: "test", version: "1.0.0", params: #{
    image: #{ type: "string", required: true }, max_tasks: #{ type: "integer" }, wait: #{ type: "boolean" },
    name: #{ type: "list" }, tag: #{ type: "map" }, after: #{ type: "duration", default: "1s" },
} };
print(json::text(args));
"#;

fn with_params(file: &str, text: &str) -> Project {
    Project::new().file("runbooks/go.rhai", PARAMS).file("rollbook.toml", "").file(file, text)
}

#[test]
fn params_come_from_a_file_and_typed_ones_win() {
    let toml = "image = \"web:v1\"\nmax-tasks = 3\nwait = true\nname = [\"a\", \"b\"]\n[tag]\nteam = \"blue=x\"\n";
    let json = r#"{ "image": "web:v1", "max_tasks": 3, "wait": true, "name": ["a", "b"], "tag": { "team": "blue=x" } }"#;
    let all = r#"{"after":"1s","image":"web:v1","max_tasks":3,"name":["a","b"],"tag":{"team":"blue=x"},"wait":true}"#;
    for (file, text) in [("night.toml", toml), ("night.json", json)] {
        let project = with_params(file, text);
        project.run(&["go", "--sandbox", "--params", file]).status(0).prints(all);
        let typed = project.run(&["go", "--sandbox", &format!("--params={file}"), "--image=web:v2", "--max-tasks", "4"]);
        typed.status(0).prints(r#""image":"web:v2","max_tasks":4"#);
    }
}

#[test]
fn a_bad_file_of_params_shows_nothing_that_it_holds() {
    let header = "const RUNBOOK = #{ summary: \"s\", version: \"1\", params: #{ set: #{ type: \"map\", concealed: true } } };";
    for (text, place) in [
        ("a = 1\nset = { KEY = \"Geheim2Geheim2\", B = }", "p.toml: line 2, column 37: "),
        ("set = { KEY = \"Geheim2Geheim2 }", "p.toml: line 1, column "),
        ("set = { KEY = Geheim2Geheim2 }", "p.toml: line 1, column "),
        ("[set]\nKEY = \"Geheim2Geheim2\" x", "p.toml: line 2, column "),
        ("[set]\n\"\" = \"Geheim2Geheim2\"", "is not shown here"),
        ("set = [\"Geheim2Geheim2\"]", "p.toml: `set`: a list is not of the type"),
    ] {
        let project = Project::new().file("runbooks/go.rhai", header).file("rollbook.toml", "").file("p.toml", text);
        let ran = project.run(&["go", "--sandbox", "--params", "p.toml"]);
        ran.status(2).says(place).never_says("Geheim2");
    }
}

#[test]
fn a_bad_file_of_params_says_which_line_of_it() {
    let says = |text: &str, what: &str| {
        with_params("p.toml", text).run(&["go", "--sandbox", "--params", "p.toml"]).status(2).says(what).prints_nothing();
    };
    says("imag = \"web\"", "did you mean `image`?");
    says("image = 3\nafter = \"soon\"", "p.toml: `after`: `soon` is not a duration");
    says("image = \"web\"\nname = \"a\"", "p.toml: `name`: a string is not of the type \"list\"");
    says("image = \"web\"\nmax_tasks = [1]", "p.toml: `max_tasks`: a list is not of the type \"integer\"");
    says("image = ", "cannot read p.toml: line 1, column 9: ");
    with_params("p.toml", "").run(&["go", "--sandbox", "--params", "none.toml"]).status(2).says("cannot read none.toml");
    with_params("p.toml", "wait = true").run(&["go", "--sandbox", "--params", "p.toml"]).status(2).says("--image");
}
