//! `step "name" { … }`: a stretch of a runbook that people see begin and end.
//! It is an expression; what it is worth is what its block is worth.

use rhai::{Dynamic, Engine, EvalAltResult, EvalContext, Expression, Position};

use super::current::{self, Strand};
use super::failure::{Fallible, end, text_of};
use crate::effect::Stop;
use crate::journal::Mark;

pub(super) fn register(engine: &mut Engine) {
    engine
        // What a block declares ends with it, so the scope is not changed.
        .register_custom_syntax(["step", "$expr$", "$block$"], false, run)
        .expect("the syntax of `step` is well-formed");
}

fn run(context: &mut EvalContext, parts: &[Expression]) -> Fallible<Dynamic> {
    let position = parts[0].position();
    let name = text_of(&context.eval_expression_tree(&parts[0])?, position)?;
    let Some(strand) = current::strand() else {
        return context.eval_expression_tree(&parts[1]);
    };
    mark(&strand, Mark::StepBegan { name: name.clone() }, position)?;
    current::begin_step();
    let result = context.eval_expression_tree(&parts[1]);
    let note = current::end_step();
    match &result {
        // A step that the run's own end cut short did not end itself.
        Err(_) if strand.gate.cancel().is_stopped() => {}
        ended => mark(&strand, Mark::StepEnded { name, ok: is_done(ended), note }, position)?,
    }
    result
}

/// `return` and `break` leave a step, and leave it well.
fn is_done(result: &Fallible<Dynamic>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => matches!(**error, EvalAltResult::Return(..) | EvalAltResult::LoopBreak(..)),
    }
}

fn mark(strand: &Strand, mark: Mark, position: Position) -> Fallible<()> {
    strand.gate.mark(&strand.branch, mark).map_err(|stop: Stop| end(stop, position))
}
