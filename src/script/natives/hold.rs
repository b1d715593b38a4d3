//! Keeping other runs on this machine from what this one is about to change,
//! where only the script finds out what that is. What is known beforehand
//! stands in the header's `holds`.

use rhai::{Array, Module, NativeCallContext};

use super::{declare, strand, wrong};
use crate::script::failure::{Fallible, end};

pub(super) fn add(module: &mut Module) {
    declare(
        "hold",
        &["arns: list"],
        "Holds services or secrets until the run ends, so that no other run on this machine changes them. Never waits: \
         if another run has one of them, the run ends as refused.",
    )
    .set_into_module(module, hold);
}

fn hold(context: NativeCallContext, arns: Array) -> Fallible<()> {
    let texts = arns.into_iter().map(|arn| arn.into_string().map_err(|kind| format!("`hold` takes ARNs, and one is {kind}")));
    let mut texts = texts.collect::<Result<Vec<String>, String>>().map_err(|message| wrong(message, &context))?;
    // Two runs that want the same things meet at the same one.
    texts.sort();
    let gate = strand(&context)?.gate;
    texts.iter().try_for_each(|arn| gate.hold_arn(arn)).map_err(|stop| end(stop, context.call_position()))
}
