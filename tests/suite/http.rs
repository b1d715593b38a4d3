//! `http::get` and `http::post`: what goes over the wire, what comes of it, what
//! stands in the record, and that the sandbox lets nothing out.

use std::time::Duration;

use crate::canaries::no_hit;
use crate::crash::{appends_of, killed, only_journal};
use crate::harness::{Project, Ran};
use crate::stub::{Answer, Stub};

const POST: &str = "\"http:POST\"";

fn text(status: u16, body: &str) -> Answer {
    Answer::Raw(status, "text/plain", body.into())
}

fn project(stub: &Stub, permits: &str, body: &str) -> Project {
    let project = Project::at(&stub.url).variable("WEB", &stub.url);
    project.runbook("r", permits, &format!("let web = environment(\"WEB\");\n{body}"))
}

fn run(stub: &Stub, permits: &str, body: &str) -> Ran {
    project(stub, permits, body).run(&["run", "r"])
}

#[test]
fn an_answer_of_any_status_is_an_answer() {
    let json = Answer::Raw(404, "application/json", "{\"why\":\"gone\",\"n\":1}".into());
    let stub = Stub::start().on("GET /a?b=c", [json]).on("GET /text", [text(200, "hello")]).on("GET /moved", [text(302, "")]);
    let body = "let gone = http::get(web + \"/a?b=c\", #{ headers: #{ \"X-One\": \"1\" } });\n\
        print(`${gone.status} ${gone.json.why} ${gone.json.n} ${gone.headers[\"content-type\"]} ${gone.cut}`);\n\
        let hello = http::get(web + \"/text\"); print(`${hello.status} ${hello.body} ${hello.json == ()}`);\n\
        print(http::get(web + \"/moved\").status);";
    run(&stub, "", body).status(0).prints("404 gone 1 application/json false\n200 hello true\n302\n");
    let asked = &stub.received("GET /a?b=c")[0];
    assert_eq!(asked.headers["x-one"], "1");
    assert!(asked.headers["user-agent"].starts_with("rollbook/"));
    assert!(!asked.headers.contains_key("authorization"), "it is not signed");
}

#[test]
fn bodies_are_texts_secrets_and_json() {
    let stub = Stub::start().on("POST /", [text(200, "ok")]);
    let body = "let token = environment_secret(\"TOKEN\");\n\
        http::post(web, #{ text: \"hi\", key: token, at: time(\"2026-07-01T12:00:00Z\") });\n\
        http::post(web, \"plain\"); http::post(web, token);\n\
        http::post(web, [1], #{ headers: #{ authorization: secret([\"Bearer \", token]), \"content-type\": \"text/x\" } });";
    project(&stub, POST, body).variable("TOKEN", "t0ken-t0ken").run(&["run", "r"]).status(0);
    let received = stub.received("POST /");
    let seen: Vec<_> = received.iter().map(|one| (one.headers["content-type"].as_str(), one.body.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("application/json", r#"{"at":"2026-07-01T12:00:00Z","key":"t0ken-t0ken","text":"hi"}"#),
            ("text/plain; charset=utf-8", "plain"),
            ("text/plain; charset=utf-8", "t0ken-t0ken"),
            ("text/x", "[1]"),
        ]
    );
    assert_eq!(received[3].headers["authorization"], "Bearer t0ken-t0ken");
}

#[test]
fn a_post_needs_its_permission() {
    let stub = Stub::start().on("POST /", [text(200, "ok")]);
    let body = "http::post(web, \"x\");";
    run(&stub, "", body).status(6).says("http POST is a write that this runbook does not permit").says("add \"http:POST\"");
    assert!(stub.received("POST /").is_empty());
    let checked = |permits, body| project(&stub, permits, body).run(&["check", "r"]);
    checked("", body).status(2).says("http POST is a write that the header does not permit").says("\"http:POST\"");
    checked(POST, body).status(0);
    checked("\"http:POTS\"", body).status(2).says("did you mean `http:POST`?");
    checked(POST, "http::pots(web, 1); http::get();").status(2).says("there is no function `pots`").says("`get` takes 1 or 2");
    project(&stub, POST, body).run(&["run", "r", "--help"]).status(0).prints("May do: http:POST");
}

#[test]
fn requests_that_cannot_be_sent_are_refused_before_anything_is() {
    for (call, why) in [
        ("http::get(5)", "a URL is a string or a secret, not an integer"),
        ("http::get(\"ftp://host/\")", "is no URL that begins with https:// or http://"),
        ("http::get(\"localhost\")", "is no URL that begins with"),
        ("http::get(\"http://user:word@host/\")", "those belong in an `authorization` header"),
        ("http::get(web, #{ header: #{} })", "did you mean `headers`?"),
        ("http::get(web, #{ again: true })", "a request has no option `again`"),
        ("http::get(web, #{ timeout: \"soon\" })", "`timeout` is a duration"),
        ("http::get(web, #{ headers: #{ \"a b\": \"c\" } })", "`a b` is no name of a header"),
        ("http::get(web, #{ headers: #{ \"content-length\": \"5\" } })", "is set by the connection itself"),
        ("http::get(web, #{ headers: #{ a: environment_secret(\"LINE\") } })", "holds a line break"),
        ("http::get(environment_secret(\"LINE\"))", "the secret URL is no URL"),
        ("http::post(web, 5)", "a body is a string, a map, a list or a secret, not an integer"),
        ("http::post(web, 5, #{ again: 1 })", "`again` is true or false, not an integer"),
    ] {
        let stub = Stub::start();
        let ran = project(&stub, POST, call).variable("LINE", "se cret-word\n").run(&["run", "r"]);
        ran.status(2).says(why).never_says("se cret");
        assert_eq!(stub.operations(), [""; 0], "{call}");
    }
}

#[test]
fn nobody_at_the_other_end_can_be_caught() {
    let stub = Stub::start();
    let body = "try { http::get(\"http://127.0.0.1:1/x\") } catch (e) { print(`${e.kind} ${e.code} ${e.operation} ${e.attempts}`) }\n\
        try { http::post(\"http://127.0.0.1:1/\", 1.to_string()) } catch (e) { print(e.message) }";
    let ran = run(&stub, POST, body);
    ran.status(0)
        .prints("unanswered NotSent GET 4\ncannot connect to 127.0.0.1:1: Connection refused")
        .says("http GET: try 3 failed");
    run(&stub, "", "http::get(\"http://127.0.0.1:1/x\")").status(1).says("http GET: cannot connect to 127.0.0.1:1");
}

#[test]
fn a_server_that_speaks_no_tls_is_not_reached() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut connection, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = std::io::Read::read(&mut connection, &mut [0; 1024]);
        }
    });
    let body = format!(
        "try {{ http::post(\"https://{address}/\", \"x\") }} catch (e) {{ print(`${{e.kind}} ${{e.code}} ${{e.message}}`) }}"
    );
    run(&Stub::start(), POST, &body).status(0).prints(&format!("unanswered NotSent cannot connect to {address}: "));
}

#[test]
fn a_proxy_is_asked_where_one_is_set() {
    let proxy = Stub::start().on("GET http://wallet.invalid/health", [text(200, "from the proxy")]);
    let stub = Stub::start();
    let project = project(&stub, "", "print(http::get(\"http://wallet.invalid/health\").body)");
    let project = project.variable("HTTP_PROXY", &proxy.url).variable("NO_PROXY", "127.0.0.1");
    project.run(&["run", "r"]).status(0).prints("from the proxy");
}

#[test]
fn a_get_is_asked_again_when_its_answer_is_lost() {
    let stub = Stub::start().on("GET /", [Answer::Close, Answer::Half("ab".into()), text(200, "at last")]);
    run(&stub, "", "print(http::get(web).body)").status(0).prints("at last").says("http GET: try 2 failed");
    assert_eq!(stub.received("GET /").len(), 3);
}

#[test]
fn a_lost_answer_to_a_post_ends_the_run_unless_it_may_be_sent_twice() {
    let stub = Stub::start().on("POST /hook", [Answer::Close, text(200, "ok")]);
    let post = |options: &str| {
        format!("try {{ print(http::post(web + \"/hook\", \"hello\"{options}).body) }} catch {{ print(\"went on\") }}")
    };
    let project_ = project(&stub, POST, &post(""));
    let ran = project_.run(&["run", "r"]);
    ran.status(8)
        .says("http POST was sent and nobody knows whether it took effect")
        .says("body hello, url http://")
        .prints_nothing();
    assert_eq!(stub.received("POST /hook").len(), 1);
    project_.run(&["resume"]).status(8);
    assert_eq!(stub.received("POST /hook").len(), 1);
    project_.run(&["resume", "--send-again"]).status(0).prints("ok");
    assert_eq!(stub.received("POST /hook").len(), 2);

    let again = || Stub::start().on("POST /hook", [Answer::Close, text(200, "ok")]);
    let stub = again();
    run(&stub, POST, &post(", #{ again: true }")).status(0).prints("ok");
    assert_eq!(stub.received("POST /hook").len(), 2);
    let stub = Stub::start().on("POST /hook", [Answer::Close]);
    run(&stub, POST, &post(", #{ again: true }")).status(0).prints("went on");
    assert_eq!(stub.received("POST /hook").len(), 4);
}

#[test]
fn an_answer_that_takes_too_long_is_none() {
    let slow = || Stub::start().on("GET /", [Answer::Slow(Duration::from_secs(60), "x".into())]);
    let stub = slow();
    let body = "try { http::get(web, #{ timeout: \"200ms\" }) } catch (e) { print(`${e.kind} ${e.code}`); print(e.message) }";
    let ran = run(&stub, "", body);
    ran.status(0).prints("unanswered TimedOut\nno complete answer from 127.0.0.1:").prints("within 200ms");
    assert_eq!(stub.received("GET /").len(), 1, "whoever sets a time wants to know when it is up");
    let stub = Stub::start().on("POST /", [Answer::Slow(Duration::from_secs(60), "x".into())]);
    run(&stub, POST, "http::post(web, \"x\", #{ timeout: \"200ms\" })").status(8).says("within 200ms");
}

#[test]
fn a_long_answer_is_cut_and_says_so() {
    let long = "é".repeat(3 << 19);
    let stub = Stub::start().on("GET /", [text(200, &long)]).on("GET /whole", [text(200, &"x".repeat(1 << 20))]);
    let body = "let long = http::get(web); print(`${long.status} ${long.body.len()} ${long.cut} ${long.json == ()}`);\n\
        let whole = http::get(web + \"/whole\"); print(`${whole.body.len()} ${whole.cut}`);";
    run(&stub, POST, body).status(0).prints("200 524288 true true\n1048576 false");
}

#[test]
fn no_secret_of_a_request_stands_anywhere() {
    const TOKEN: &str = "t0ken+in/headers";
    const PATH: &str = "/services/T0/B0/s3cr3tp4th";
    // Servers quote what they were asked, and Slack's URL is all that it asks for.
    let page = format!("Cannot POST {PATH}, {TOKEN}");
    let stub =
        Stub::start().on(&format!("POST {PATH}"), [text(404, &page), Answer::Close]).on("GET /", [text(200, "fresh-token-91")]);
    let hook = format!("{}{PATH}", stub.url);
    let body = "let hook = environment_secret(\"HOOK\"); let token = environment_secret(\"TOKEN\");\n\
        let bearer = secret([\"Bearer \", token]);\n\
        let fresh = http::get(web, #{ headers: #{ authorization: bearer }, secret: true }).body; print(type_of(fresh));\n\
        let answer = http::post(hook, #{ token: token, text: `${environment(\"PLAIN\")}` }, #{ headers: #{ authorization: bearer } });\n\
        print(`${answer.status} ${type_of(answer.body)}`);\n\
        step \"again\" { http::post(hook, #{ fresh: fresh }) }";
    let project = project(&stub, POST, body).variable("HOOK", &hook).variable("TOKEN", TOKEN).variable("PLAIN", TOKEN);
    let ran = project.run(&["run", "r"]);
    ran.status(8).prints("secret\n404 secret").says("the server of a secret URL");
    assert_eq!(stub.received(&format!("POST {PATH}"))[1].body, "{\"fresh\":\"fresh-token-91\"}");
    let (show, json) = (project.run(&["show"]), project.run(&["show", "--output", "json"]));
    show.status(0).prints("http POST");
    no_hit(&project, &[&ran, &show, &json, &project.run(&["history"])], &[TOKEN, PATH, &hook, "fresh-token-91"]);
    // With the sealed URL the run can go on.
    let project = project.variable("HOOK", "http://127.0.0.1:1/");
    project.run(&["resume", "--send-again"]).status(8);
    assert_eq!(stub.received(&format!("POST {PATH}")).len(), 3);
}

#[test]
fn what_is_said_of_a_lost_post_holds_no_secret() {
    let stub = Stub::start().on("POST /hook-of-hooks", [Answer::Close]);
    let hook = format!("{}/hook-of-hooks", stub.url);
    let body = "let token = environment_secret(\"TOKEN\"); http::post(environment(\"HOOK\") + \"?t=\" + environment(\"PLAIN\"), environment(\"PLAIN\"))";
    let stub = stub.on("POST /hook-of-hooks?t=t0ken-t0ken", [Answer::Close]);
    let project =
        project(&stub, POST, body).variable("HOOK", &hook).variable("TOKEN", "t0ken-t0ken").variable("PLAIN", "t0ken-t0ken");
    let ran = project.run(&["run", "r"]);
    ran.status(8).says("body (secret), url");
    let as_json = project.run(&["run", "r", "--output", "json"]);
    as_json.status(8);
    no_hit(&project, &[&ran, &as_json, &project.run(&["show"])], &["t0ken-t0ken"]);
}

#[test]
fn a_run_that_goes_on_asks_nothing_twice() {
    let body = "print(http::get(web).body); print(http::post(web, \"x\").status);\n\
        step \"Here\" { } print(http::post(web, \"y\").status);";
    let stub = || Stub::start().on("GET /", [text(200, "one")]).on("POST /", [text(201, "ok")]);
    let trial_stub = stub();
    let trial = project(&trial_stub, POST, body);
    trial.run(&["run", "r"]).status(0).prints("one\n201\n201");
    let (_, lines) = only_journal(&trial);
    let ended = appends_of(&lines, "StepEnded").pop().unwrap();
    let intents = appends_of(&lines, "\"write\":true");
    let stub_ = stub();
    let project_ = project(&stub_, POST, body);
    killed(&project_, &format!("append:{ended}"), &["run", "r"]);
    project_.run(&["resume"]).status(0).prints("201");
    assert_eq!(stub_.operations(), ["GET /", "POST /", "POST /"]);

    // Killed between the intent and the request: nobody knows.
    let stub = stub();
    let project = project(&stub, POST, body);
    killed(&project, &format!("append:{}", intents[0]), &["run", "r"]);
    assert_eq!(stub.operations(), ["GET /"], "the intent is on the disk before the request leaves");
    project.run(&["resume"]).status(8).says("http POST was sent and nobody knows");
}

#[test]
fn the_sandbox_lets_nothing_out() {
    let stub = Stub::start();
    let body = "print(http::get(web)); print(http::post(web, \"x\").status);\n\
        for name in [\"nest-wallet-service\", \"nest-wallet-service-dev\"] {\n\
            let cluster = ecs::list_clusters().clusterArns.filter(|arn| ecs::describe_services(#{ cluster: arn, services: [name] }).failures.is_empty())[0];\n\
            ecs::update_service(#{ cluster: cluster, service: name, desiredCount: 0 });\n\
        }\n\
        sleep(600); print(http::get(web).status); print(http::post(web, \"x\").status);";
    let project = project(&stub, "\"http:POST\", \"ecs:UpdateService\"", body);
    let ran = project.run(&["run", "r", "--sandbox"]);
    ran.status(0).prints("\"body\": \"SANDBOX\"").prints("\n200\n503\n200\n");
    assert!(stub.all().is_empty());
    let shown = project.run(&["show", "--output", "json"]).stdout;
    assert!(shown.contains("http POST") && shown.contains("http GET"), "{shown}");
}

#[test]
fn the_sandbox_loses_the_answer_to_a_post_when_told_to() {
    let stub = Stub::start();
    let project = project(&stub, POST, "print(http::get(web).status); http::post(web, \"x\");");
    let scenario = "[[fault]]\nkind = \"answer-lost\"\noperation = \"http:POST\"\n";
    let project =
        project.file("lost.toml", scenario).file("throttled.toml", "[[fault]]\nkind = \"throttle\"\noperation = \"http:*\"\n");
    project.run(&["run", "r", "--sandbox", "--scenario", "lost.toml"]).status(8).says("http POST was sent");
    project.run(&["run", "r", "--sandbox", "--scenario", "throttled.toml"]).status(0).prints("200");
}
