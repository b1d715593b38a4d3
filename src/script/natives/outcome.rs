//! Ending a run with more than "it worked" or "it threw".

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, give_up};
use crate::api::{Effect, Operation, SERVICES, Settle};
use crate::effect::Stop;
use crate::journal::Verdict;
use crate::script::dynamic::to_value;
use crate::script::failure::{Fallible, end, raise, wrong};

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
    declare(
        "if_interrupted",
        &["action: string", "request: map", "said: string"],
        "From here on: should the run be cut short (Ctrl-C, a limit), this write is sent once more, to leave things as they were. \
         The action is named as in `permits`.",
    )
    .set_into_module(module, if_interrupted);
    declare("if_interrupted_nothing", &[], "What `if_interrupted` named is done, or not needed any more.").set_into_module(
        module,
        |context: NativeCallContext| -> Fallible<()> {
            super::strand(&context)?.gate.part_with_nothing();
            Ok(())
        },
    );
    declare("fail", &["message: string"], "Ends the runbook with an error that says what is wrong.")
        .set_into_module(module, |context: NativeCallContext, message: &str| -> Fallible<Dynamic> {
            Err(give_up(message, &context))
        });
}

/// Rhai's own `exit` would end a run as if it had succeeded.
fn no_exit(context: &NativeCallContext) -> Fallible<Dynamic> {
    Err(wrong("a runbook does not exit: it ends, or says fail(\"why\") or conclude(\"verdict\", \"why\")", context))
}

fn if_interrupted(context: NativeCallContext, action: &str, request: rhai::Map, said: &str) -> Fallible<()> {
    let operation = SERVICES.iter().flat_map(|service| service.operations).find(|operation| operation.action() == action);
    let idempotent = |operation: &&Operation| matches!(operation.effect, Effect::Write(Settle::Idempotent));
    let Some(operation) = operation.filter(idempotent) else {
        return Err(wrong(format!("`{action}` is no write that can be sent twice"), &context));
    };
    let request = to_value(&request.into()).map_err(|message| wrong(message, &context))?;
    let strand = super::strand(&context)?;
    let named = strand.gate.part_with(&strand.branch, operation, request, said.to_owned());
    named.map_err(|trouble| raise(trouble, context.call_position()))
}

fn conclude(context: NativeCallContext, verdict: &str, summary: &str) -> Fallible<Dynamic> {
    let Some(verdict) = Verdict::named(verdict) else {
        let names: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
        return Err(wrong(format!("`{verdict}` is no verdict; a run ends as one of {}", names.join(", ")), &context));
    };
    let stop = Stop::Concluded { verdict, summary: summary.to_owned() };
    Err(end(stop, context.call_position()))
}
