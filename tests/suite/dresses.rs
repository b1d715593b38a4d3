//! The ways in which servers and programs write a text that they were given, and
//! that a known secret is found in each of them.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde_json::json;

use crate::canaries::no_hit;
use crate::harness::Project;
use crate::stub::{Answer, Stub};

const SECRET: &str = "Geheim/Pass<word&Zürich@1 ~x*\"'Q";

/// A text in URLs, with these letters left as they are.
fn percent(text: &str, kept: &str, space: &str, lowercase: bool) -> String {
    let one = |byte: u8| match char::from(byte) {
        ' ' => space.to_owned(),
        letter if letter.is_ascii_alphanumeric() || kept.contains(letter) => letter.to_string(),
        _ if lowercase => format!("%{byte:02x}"),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Python's, or as Ruby has it: only ASCII is left.
fn ascii(text: &str, lowercase: bool) -> String {
    let mut units = [0; 2];
    let one = |letter: char| match letter {
        letter if letter.is_ascii() => letter.to_string(),
        letter if lowercase => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        letter => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect(),
    };
    text.chars().map(one).collect()
}

/// Each spelling that escapes something in the text.
fn spellings(text: &str) -> Vec<String> {
    let quoted = serde_json::to_string(text).unwrap();
    let json = quoted[1..quoted.len() - 1].to_owned();
    let go = json.replace('<', r"\u003c").replace('>', r"\u003e").replace('&', r"\u0026");
    let php = ascii(&json.replace('/', r"\/"), true);
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
    let mut found = vec![ascii(&json, true), ascii(&json, false), go, php, html, json];
    for lowercase in [true, false] {
        for (kept, space) in [("", "%20"), ("-._~", "%20"), ("-._~", "+"), ("*-._", "+"), ("-._~!*'();/?:@&=+$,#", "%20")] {
            found.push(percent(text, kept, space, lowercase));
        }
    }
    found
}

/// All the ways in which a text may stand in another.
pub fn dresses(text: &str) -> Vec<Vec<u8>> {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut found = vec![text.to_owned(), hex.to_uppercase(), hex];
    found.extend(spellings(text));
    for offset in 0..3 {
        let bytes = [&b"\0\0"[..offset], text.as_bytes()].concat();
        // Letters that other bytes decide with are left out on both sides.
        let inner = |encoded: String| encoded[4.min(offset * 4)..encoded.len() - 4].to_owned();
        found.push(inner(BASE64_STANDARD.encode(&bytes)));
        found.push(inner(BASE64_URL_SAFE.encode(&bytes)));
    }
    found.into_iter().map(String::into_bytes).collect()
}

#[test]
fn what_a_server_quotes_stands_nowhere_however_it_is_spelled() {
    for spelling in spellings(SECRET) {
        let quoted = format!("{{\"echo\":\"{spelling}\"}}");
        let stub = Stub::start().on("POST /", [Answer::Raw(200, "application/json", quoted)]);
        let body = "let answer = http::post(environment(\"WEB\"), environment_secret(\"TOKEN\"));\n\
            print(type_of(answer.body)); print(answer);\n\
            if answer.json != () { print(type_of(answer.json.echo)); print(answer.json.echo.to_upper()); }";
        let project = Project::at(&stub.url).variable("WEB", &stub.url).variable("TOKEN", SECRET);
        let project = project.runbook("r", "\"http:POST\"", body);
        let ran = project.run(&["run", "r"]);
        ran.prints("secret\n").never_says(&spelling).never_says("GEHEIM");
        let shown = [project.run(&["show"]), project.run(&["show", "--output", "json"])];
        no_hit(&project, &[&ran, &shown[0], &shown[1]], &[SECRET]);
    }
}

/// What stands before a secret may look as if it belonged to it; what the text
/// holds is looked at for itself.
#[test]
fn what_an_answer_holds_is_searched_beside_its_text() {
    let quoted = r#"{"echo":"%Ab1234\u0035678","other":1}"#;
    let stub = Stub::start().on("POST /", [Answer::Raw(200, "application/json", quoted.into())]);
    let body = "let answer = http::post(environment(\"WEB\"), environment_secret(\"TOKEN\"));\n\
        print(`${type_of(answer.json.echo)} ${answer.json.other}`);";
    let project = Project::at(&stub.url).variable("WEB", &stub.url).variable("TOKEN", "Ab12345678");
    project.runbook("r", "\"http:POST\"", body).run(&["run", "r"]).status(0).prints("secret 1\n");
}

#[test]
fn names_of_members_hold_no_secret() {
    let labels = json!({ SECRET: "a", percent(SECRET, "", "%20", true): "b", "plain": "c" });
    let definition =
        json!({ "taskDefinition": { "family": "f", "containerDefinitions": [{ "name": "n", "dockerLabels": labels }] } });
    let stub = Stub::start().on("DescribeTaskDefinition", [Answer::ok(definition)]);
    let body = "let token = environment_secret(\"TOKEN\"); let plain = environment(\"TOKEN\");\n\
        let labels = ecs::describe_task_definition(#{ taskDefinition: \"f\" }).taskDefinition.containerDefinitions[0].dockerLabels;\n\
        print(labels.keys());\n\
        let made = parallel([1], |x| { let made = #{}; made[environment(\"TOKEN\")] = x; made });\n\
        print(made[0][plain]); print(made); for name in labels.keys() { print(name.to_upper()) } made";
    let project = Project::at(&stub.url).variable("TOKEN", SECRET).runbook("r", "", body);
    let ran = project.run(&["run", "r"]);
    ran.status(0).prints("[\"(secret)\", \"(secret) 2\", \"plain\"]\n1\n").never_says("GEHEIM");
    let shown = [project.run(&["show", "--evidence"]), project.run(&["show", "--output", "json"])];
    no_hit(&project, &[&ran, &shown[0], &shown[1]], &[SECRET]);
}
