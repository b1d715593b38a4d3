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
    declare("fail", &["message: string"], "Ends the runbook with an error that says what is wrong.")
        .set_into_module(module, |context: NativeCallContext, message: &str| -> Fallible<Dynamic> {
            Err(give_up(message, &context))
        });
}

fn conclude(context: NativeCallContext, verdict: &str, summary: &str) -> Fallible<Dynamic> {
    let Some(verdict) = Verdict::named(verdict) else {
        let names: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
        return Err(wrong(format!("`{verdict}` is no verdict; a run ends as one of {}", names.join(", ")), &context));
    };
    let stop = Stop::Concluded { verdict, summary: summary.to_owned() };
    Err(end(stop, context.call_position()))
}
