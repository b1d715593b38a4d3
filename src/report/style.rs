//! Colors and marks. Color adds and never carries meaning; `NO_COLOR`, a pipe
//! or a dumb terminal turn it off.

use anstyle::{AnsiColor, Style};

#[derive(Clone, Copy, Debug)]
pub struct Paint {
    color: bool,
}

impl Paint {
    /// For standard error, as the terminal and the environment want it.
    pub fn for_stderr() -> Paint {
        Paint { color: anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never }
    }

    /// The same for standard output.
    pub fn for_stdout() -> Paint {
        Paint { color: anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never }
    }

    pub fn plain() -> Paint {
        Paint { color: false }
    }

    pub fn is_colored(self) -> bool {
        self.color
    }

    pub fn good(self, text: &str) -> String {
        self.paint(text, AnsiColor::Green.on_default())
    }

    pub fn bad(self, text: &str) -> String {
        self.paint(text, AnsiColor::Red.on_default().bold())
    }

    pub fn warning(self, text: &str) -> String {
        self.paint(text, AnsiColor::Yellow.on_default())
    }

    pub fn strong(self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    pub fn faint(self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }

    fn paint(self, text: &str, style: Style) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }
}

/// "error", what, and what to do about it.
pub fn show_misuse(paint: Paint, what: &str, detail: Option<&str>, hint: Option<&str>) -> String {
    let mut text = format!("{} {what}\n", paint.bad("error:"));
    if let Some(detail) = detail {
        detail.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
    }
    if let Some(hint) = hint {
        text.push_str(&show_hint(paint, hint));
    }
    text
}

pub(super) fn show_hint(paint: Paint, hint: &str) -> String {
    let mut lines = hint.lines();
    let mut text = format!(" {} {}\n", paint.strong("hint:"), lines.next().unwrap_or_default());
    lines.for_each(|line| text.push_str(&format!("       {line}\n")));
    text
}
