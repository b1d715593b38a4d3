//! `:arm` and `:disarm`: a person's word on writes. In a protected environment
//! the word is its name.

use super::Done;
use crate::repl::session::{Next, Prompt};
use crate::runbook::Misuse;

pub(super) fn arm(prompt: &mut Prompt, name: &str) -> Done {
    let it = &prompt.whereabouts;
    let wanted = it.name.as_deref().filter(|_| it.protected);
    match wanted {
        Some(wanted) if name != wanted => {
            let what = format!("`{wanted}` is protected: its name must be typed");
            return Err(Misuse::new(what).hint(format!(":arm {wanted}")).refused());
        }
        None if !name.is_empty() && name != it.title => {
            let what = format!("this prompt is on {}, not on `{name}`", it.title);
            return Err(Misuse::new(what).hint(":env says where it is; nothing was changed").refused());
        }
        _ => {}
    }
    prompt.arming.set(true);
    let account = prompt.session.announcement().account.clone().unwrap_or_else(|| "an unknown account".into());
    let title = prompt.whereabouts.title.clone();
    prompt.screen.note(&format!("writes are allowed in {title} ({account}) until :disarm"));
    Ok(Next::GoOn)
}

pub(super) fn disarm(prompt: &mut Prompt, _: &str) -> Done {
    prompt.arming.set(false);
    prompt.screen.note("read-only");
    Ok(Next::GoOn)
}
