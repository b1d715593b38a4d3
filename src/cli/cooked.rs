//! How the terminal was when the command began, for whoever ends it while a
//! line is being typed: without it, a shell would show nothing of what is typed.

use std::io::stdin;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

#[derive(Clone)]
pub struct Cooked(Option<Termios>);

impl Cooked {
    pub fn now() -> Cooked {
        Cooked(tcgetattr(stdin()).ok())
    }

    /// Ends the process; the terminal is as it was.
    pub fn exit(&self, code: u8) -> ! {
        if let Some(before) = &self.0 {
            // Where it is gone, nobody sits in front of it.
            let _ = tcsetattr(stdin(), OptionalActions::Now, before);
        }
        std::process::exit(code.into())
    }
}
