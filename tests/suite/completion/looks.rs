//! temporary
#[test]
fn looks() {
    let k = super::known();
    for t in [
        "ecs::update_service",
        "ecs::update_service.deploymentConfiguration",
        "table",
        "http::get",
        "std/service",
        "std/verdict::judge",
        "deploy",
        "sts",
        " ecs::update_servise",
    ] {
        println!("──── {t}\n{}", rollbook::repl::doc::doc(t, &k, rollbook::report::Paint::plain(), 90).unwrap_or_else(|e| e));
    }
}
