//! Ending a run with more than "it worked" or "it threw".

use rhai::{Dynamic, Module, NativeCallContext};

use super::{declare, give_up, strand};
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
    .set_into_module(module, |context: NativeCallContext, verdict: &str, summary: &str| {
        conclude(&context, verdict, summary, None)
    });
    declare(
        "conclude",
        &["verdict: string", "summary: string", "exit_code: integer"],
        "The same, with an exit code from 0 to 255 instead of the verdict's: to pass on that of a container.",
    )
    .set_into_module(module, conclude_with_code);
    declare(
        "on_interrupt",
        &["verdict: string", "summary: string"],
        "How the run ends if it is interrupted from here on: \"succeeded\" for a look that goes on until somebody has seen enough; \"interrupted\" only adds what is said.",
    )
    .set_into_module(module, on_interrupt);
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

fn conclude(context: &NativeCallContext, verdict: &str, summary: &str, exit_code: Option<u8>) -> Fallible<Dynamic> {
    let stop = Stop::Concluded { verdict: named(context, verdict)?, summary: summary.to_owned(), exit_code };
    Err(end(stop, context.call_position()))
}

fn conclude_with_code(context: NativeCallContext, verdict: &str, summary: &str, code: i64) -> Fallible<Dynamic> {
    let code = u8::try_from(code).map_err(|_| wrong(format!("{code} is no exit code: they go from 0 to 255"), &context))?;
    conclude(&context, verdict, summary, Some(code))
}

fn named(context: &NativeCallContext, verdict: &str) -> Fallible<Verdict> {
    Verdict::named(verdict).ok_or_else(|| {
        let names: Vec<_> = Verdict::ALL.iter().map(|verdict| verdict.name()).collect();
        wrong(format!("`{verdict}` is no verdict; a run ends as one of {}", names.join(", ")), context)
    })
}

fn on_interrupt(context: NativeCallContext, verdict: &str, summary: &str) -> Fallible<()> {
    let verdict = match named(&context, verdict)? {
        verdict @ (Verdict::Succeeded | Verdict::Interrupted) => verdict,
        other => return Err(wrong(format!("who interrupts a run does not decide that it is {}", other.name()), &context)),
    };
    strand(&context)?.gate.cancel().on_interrupt(verdict, summary);
    Ok(())
}
