//! Collects candidates: those that fit what is typed, each once, the best first.

use super::{Candidate, Completion};

/// More than anybody reads; what lies behind them comes with another letter.
const MOST: usize = 300;

/// In what the candidates are to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Code,
    /// In a string that is open, and whose closing quote is there or not.
    Quotes {
        close: Option<char>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Begins,
    Holds,
}

pub struct Gathering {
    typed: String,
    folded: String,
    around: Around,
    /// Those that begin with what is typed, then those that only contain it.
    fits: Vec<Candidate>,
    holds: Vec<Candidate>,
}

impl Gathering {
    /// For a word in code or in a command.
    pub fn words(typed: &str) -> Gathering {
        Gathering::new(typed, Around::Code)
    }

    /// For the inside of a string; `close` is the quote that is missing.
    pub fn quoted(typed: &str, close: Option<char>) -> Gathering {
        Gathering::new(typed, Around::Quotes { close })
    }

    fn new(typed: &str, around: Around) -> Gathering {
        Gathering { typed: typed.to_owned(), folded: typed.to_lowercase(), around, fits: Vec::new(), holds: Vec::new() }
    }

    /// Whether nothing is typed yet, and in code.
    pub fn is_bare(&self) -> bool {
        self.typed.is_empty() && self.around == Around::Code
    }

    fn is_quoted(&self) -> bool {
        self.around != Around::Code
    }

    /// A name, and what typing it means in code.
    pub fn offer(&mut self, name: &str, text: String, note: String) {
        self.offer_shown(name, name.to_owned(), text, note);
    }

    pub fn offer_shown(&mut self, name: &str, shown: String, text: String, note: String) {
        if !self.is_quoted() {
            self.put(name, Candidate { text, shown, note });
        }
    }

    /// A string: bare between quotes, as `code` where there are none yet.
    pub fn offer_quoted(&mut self, name: &str, code: String, note: String) {
        match self.around {
            Around::Quotes { close } => {
                if let Some(fit) = self.fit(name) {
                    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
                    let text = close.map_or(escaped.clone(), |quote| format!("{escaped}{quote}"));
                    self.keep(fit, Candidate { text, shown: name.to_owned(), note });
                }
            }
            Around::Code if self.typed.is_empty() && !code.is_empty() => {
                self.put("", Candidate { text: code, shown: name.to_owned(), note });
            }
            Around::Code => {}
        }
    }

    /// How a name fits what is typed, if it does and there is still room. Names
    /// are many: this is asked of thousands for one key.
    fn fit(&self, name: &str) -> Option<Fit> {
        let beginning = name.get(..self.typed.len());
        match beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(&self.typed)) {
            true => (self.fits.len() < MOST).then_some(Fit::Begins),
            // What only holds it is not given once something begins with it.
            false if !self.fits.is_empty() || self.holds.len() >= MOST => None,
            false => name.to_lowercase().contains(&self.folded).then_some(Fit::Holds),
        }
    }

    fn put(&mut self, name: &str, candidate: Candidate) {
        if name == self.typed && candidate.text == self.typed {
            // Typed in full already; it still tells Tab that there is nothing more.
            return self.fits.insert(0, candidate);
        }
        let Some(fit) = self.fit(name) else { return };
        // Forms of one function come in a row; names are few where they repeat.
        let place = if fit == Fit::Begins { &self.fits } else { &self.holds };
        if !place.iter().rev().take(40).any(|other| other.shown == candidate.shown) {
            self.keep(fit, candidate);
        }
    }

    /// A name that would move the cursor is typed by nobody.
    fn keep(&mut self, fit: Fit, candidate: Candidate) {
        if !candidate.text.contains(char::is_control) && !candidate.shown.contains(char::is_control) {
            let place = if fit == Fit::Begins { &mut self.fits } else { &mut self.holds };
            place.push(candidate);
        }
    }

    /// Candidates for the text from `start` on.
    pub fn at(self, start: usize) -> Completion {
        let candidates = if self.fits.is_empty() { self.holds } else { self.fits };
        Completion { start, candidates }
    }
}
