//! Ending a run with more than "it worked" or "it threw".

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, give_up};
use crate::effect::Stop;
use crate::journal::Verdict;
use crate::script::failure::{Fallible, end, wrong};

pub(super) fn add(module: &mut Module) {
    declare(
        "conclude",
        &["verdict: string", "summary: string"],
        "Ends the run here with a verdict such as \"rolled back\"; `catch` does not see it.",
    )
    .set_into_module(module, conclude);
    declare("exit", &[], "Not for runbooks: use fail or conclude.")
        .set_into_module(module, |context: NativeCallContext| no_exit(&context));
    declare("exit", &["value"], "Not for runbooks: use fail or conclude.")
        .set_into_module(module, |context: NativeCallContext, _: Dynamic| no_exit(&context));
    declare("fail", &["message: string"], "Ends the runbook with an error that says what is wrong.")
        .set_into_module(module, |context: NativeCallContext, message: &str| -> Fallible<Dynamic> {
            Err(give_up(message, &context))
        });
}

/// Rhai's own `exit` would end a run as if it had succeeded.
fn no_exit(context: &NativeCallContext) -> Fallible<Dynamic> {
    Err(wrong("a runbook does not exit: it ends, or says fail(\"why\") or conclude(\"verdict\", \"why\")", context))
}

fn conclude(context: NativeCallContext, verdict: &str, summary: &str) -> Fallible<Dynamic> {
    let Some(verdict) = Verdict::named(verdict) else {
        let names: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
        return Err(wrong(format!("`{verdict}` is no verdict; a run ends as one of {}", names.join(", ")), &context));
    };
    let stop = Stop::Concluded { verdict, summary: summary.to_owned() };
    Err(end(stop, context.call_position()))
}
