//! Commands that only look: where one is, what was sent, what something is.

use super::{COMMANDS, Done};
use crate::repl::calls::Call;
use crate::repl::doc;
use crate::repl::session::{Next, Prompt};
use crate::repl::show::show_json;
use crate::runbook::Misuse;
use crate::value::{Value, show_span, to_literal};

/// Calls that `:calls` lists; `:calls all` lists all.
const LAST_CALLS: usize = 30;

const KEYS: &str = "\
Tab           completes operations, members, variables and names that exist in the account
Ctrl-R        searches the history
Ctrl-C        cancels what runs, or what is typed
Ctrl-D        leaves
_ and _3      the last result, and the third";

pub(super) fn help(prompt: &mut Prompt, _: &str) -> Done {
    let mut text = String::from("Type any line of a runbook: let s = ecs::list_services(#{ cluster: env.cluster })\n\n");
    for command in COMMANDS {
        text.push_str(&format!("{:<13} {}\n", format!(":{}", command.name), command.help));
    }
    text.push('\n');
    text.push_str(KEYS);
    prompt.screen.page(&text);
    Ok(Next::GoOn)
}

pub(super) fn env(prompt: &mut Prompt, _: &str) -> Done {
    let it = prompt.session.announcement();
    let text = |name: &str| prompt.session.env().text(name).unwrap_or("none").to_owned();
    let world = if it.sandbox { "SANDBOX: the simulator, whose time stands still but for sleep(…)" } else { "AWS" };
    let (arm, variables) = (prompt.arm_words(), prompt.workspace.variables().len());
    let state =
        if prompt.is_armed() { "ARMED: writes are sent (:disarm)".into() } else { format!("read-only ({arm} allows writes)") };
    let protected = if prompt.whereabouts.protected { " · protected" } else { "" };
    let lines = [
        ("environment", format!("{}{protected}", it.environment)),
        ("world", world.to_owned()),
        ("account", it.account.clone().unwrap_or_else(|| "unknown".into())),
        ("region", it.region.clone()),
        ("cluster", text("cluster")),
        ("service", text("service")),
        ("writes", state),
        ("time there", prompt.session.now().strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
        ("session", format!("{} variables, {} calls · rollbook show {}", variables, prompt.calls.count(), it.run)),
    ];
    let lines: Vec<String> = lines.iter().map(|(name, value)| format!("{name:<12} {value}")).collect();
    prompt.screen.page(&lines.join("\n"));
    Ok(Next::GoOn)
}

pub(super) fn calls(prompt: &mut Prompt, which: &str) -> Done {
    let calls = prompt.calls.since(0);
    let text = match (which, which.parse::<usize>()) {
        (_, Ok(number)) => match number.checked_sub(1).and_then(|at| calls.get(at)) {
            Some(call) => whole(number, call),
            None => return Err(Misuse::new(format!("there is no call {number}")).hint(format!("there are {}", calls.len()))),
        },
        ("all" | "", _) => {
            let skipped = if which == "all" { 0 } else { calls.len().saturating_sub(LAST_CALLS) };
            let mut lines: Vec<String> = calls.iter().enumerate().skip(skipped).map(|(at, call)| line(at + 1, call)).collect();
            match (lines.is_empty(), skipped) {
                (true, _) => lines.push("nothing was sent".into()),
                (_, 0) => {}
                (_, skipped) => lines.insert(0, format!("… {skipped} earlier ones: :calls all")),
            }
            lines.join("\n")
        }
        _ => return Err(Misuse::new(format!("`{which}` is no call")).hint(":calls, :calls all or :calls 3")),
    };
    prompt.screen.page(&prompt.session.vault().redact(text));
    Ok(Next::GoOn)
}

fn line(number: usize, call: &Call) -> String {
    let kind = if call.write { "write" } else { "read " };
    let request = to_literal(&call.request, usize::MAX);
    let request = if request == "#{}" { String::new() } else { format!(" {}", shortened(&request)) };
    format!("{number:>3}  {}  {kind}  {}{request}{}", call.at.strftime("%H:%M:%S"), call.operation, ending(call))
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn ending(call: &Call) -> String {
    match &call.answer {
        Some((ms, None)) => format!(" · {}", show_span(jiff::SignedDuration::from_millis(*ms))),
        Some((_, Some(why))) => format!(" · failed: {why}"),
        None => " · no answer".into(),
    }
}

fn whole(number: usize, call: &Call) -> String {
    format!("{}\n{}", line(number, call), to_literal(&call.request, 60))
}

pub(super) fn json(prompt: &mut Prompt, text: &str) -> Done {
    if let Some(value) = value(prompt, text)? {
        prompt.screen.page(&prompt.session.vault().redact(show_json(&value)));
    }
    Ok(Next::GoOn)
}

pub(super) fn type_of(prompt: &mut Prompt, text: &str) -> Done {
    if let Some(value) = value(prompt, text)? {
        prompt.screen.page(&doc::type_of(&value));
    }
    Ok(Next::GoOn)
}

/// What an expression is worth, or the last result where there is none.
fn value(prompt: &mut Prompt, text: &str) -> Result<Option<Value>, Misuse> {
    if !text.is_empty() {
        return prompt.value_of(text);
    }
    match prompt.workspace.variable("_") {
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(kind)) => Err(Misuse::new(format!("the last result is {kind}"))),
        None => Err(Misuse::new("there is no result yet").hint("name what you mean: :json env")),
    }
}

pub(super) fn doc(prompt: &mut Prompt, topic: &str) -> Done {
    if topic.is_empty() {
        return Err(Misuse::new("what do you want to know about?").hint(":doc ecs::update_service, :doc print, :doc deploy"));
    }
    let (paint, width) = (prompt.screen.paint_result, prompt.screen.width());
    let text = doc::doc(topic, &prompt.known(), paint, width).map_err(Misuse::new)?;
    prompt.screen.page(&text);
    Ok(Next::GoOn)
}
