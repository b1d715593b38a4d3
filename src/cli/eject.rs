//! `rollbook eject NAME`: a built-in runbook becomes the project's own.

use clap::Args;

use super::project_or_here;
use crate::effect::outside;
use crate::runbook::{Misuse, Shelf};

#[derive(Args)]
pub struct Eject {
    /// The runbook to copy into runbooks/
    name: String,
}

impl Eject {
    pub fn execute(self, shelf: &Shelf) -> Result<u8, Misuse> {
        let text = shelf.find(&self.name).map_err(|misuse| self.explain(misuse))?.text;
        let path = project_or_here().join("runbooks").join(format!("{}.rhai", self.name));
        let shown = path.display();
        outside::create_text(&path, &text.text).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Misuse::new(format!("{shown} is there already")).hint("edit it, or remove it first; nothing was written")
            }
            _ => Misuse::new(format!("cannot write {shown}: {error}")),
        })?;
        anstream::println!("{shown}");
        anstream::eprintln!("from now on `rollbook run {0}` takes this file. After a change: rollbook check {0}", self.name);
        Ok(0)
    }

    /// Modules stay in the binary: a copy under another name can be imported.
    fn explain(&self, misuse: Misuse) -> Misuse {
        match self.name.strip_prefix("std/") {
            None => misuse,
            Some(name) => Misuse::new(format!("{} is a module of the standard library, not a runbook", self.name)).hint(format!(
                "copy it under a name of your own: rollbook cat {} > runbooks/{name}.rhai, then import \"{name}\"",
                self.name
            )),
        }
    }
}
