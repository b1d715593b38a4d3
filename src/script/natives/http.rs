//! `http::get` and `http::post`: requests to anybody, through the gate.

use rhai::{Dynamic, Map, Module, NativeCallContext};

use super::{declare, perform, strand};
use crate::api::{http_request, url_secrets, with_json};
use crate::effect::Effect;
use crate::script::dynamic::{to_dynamic, to_value};
use crate::script::failure::{Fallible, wrong};
use crate::value::Value;

const GET: &str = "Asks a URL. Gives #{ status, headers, body, json, cut }: a status of any kind is no error, no answer is one.";
const POST: &str = "Sends a text, a secret, or a map or list as JSON, and gives the answer as `get` does. It is a write: \
    `permits` names \"http:POST\".";
const OPTIONS: &str = " Options: headers, timeout (\"10s\"), secret (the answer's body is one)";

pub(super) fn module() -> Module {
    let mut module = Module::new();
    declare("get", &["url: string | secret"], GET)
        .set_into_module(&mut module, |context: NativeCallContext, url: Dynamic| send(&context, &url, None, Map::new()));
    declare("get", &["url: string | secret", "options: map"], &format!("{GET}{OPTIONS}."))
        .set_into_module(&mut module, |context: NativeCallContext, url: Dynamic, options: Map| {
            send(&context, &url, None, options)
        });
    declare("post", &["url: string | secret", "body"], POST)
        .set_into_module(&mut module, |context: NativeCallContext, url: Dynamic, body: Dynamic| {
            send(&context, &url, Some(&body), Map::new())
        });
    let help = format!("{POST}{OPTIONS}, again (true: it may be sent twice).");
    declare("post", &["url: string | secret", "body", "options: map"], &help)
        .set_into_module(&mut module, |context: NativeCallContext, url: Dynamic, body: Dynamic, options: Map| {
            send(&context, &url, Some(&body), options)
        });
    module.build_index();
    module
}

fn send(context: &NativeCallContext, url: &Dynamic, body: Option<&Dynamic>, options: Map) -> Fallible<Dynamic> {
    let value = |dynamic: &Dynamic| to_value(dynamic).map_err(|message| wrong(message, context));
    let (url, body, options) = (value(url)?, body.map(value).transpose()?, value(&Dynamic::from_map(options))?);
    let hidden = url_secrets(&url);
    let (operation, request) = http_request(url, body, options).map_err(|message| wrong(message, context))?;
    let gate = strand(context)?.gate;
    if let Some(hidden) = hidden {
        gate.know(&hidden);
    }
    let answer: Value = perform(context, Effect::Call { operation, request })?;
    // What the text spells with escapes stands plainly in what it holds.
    Ok(to_dynamic(gate.conceal(with_json(answer))))
}
