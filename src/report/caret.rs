//! Errors of scripts, with the line they stand in and a mark below the word.

use ariadne::{Color, Config, IndexType, Label, Report, ReportKind, sources};

use super::style::Paint;
use crate::script::{Finding, Frame, ScriptError, Severity};

const ERROR: ReportKind = ReportKind::Custom("error", Color::Red);
const WARNING: ReportKind = ReportKind::Custom("warning", Color::Yellow);

/// The texts of scripts by name.
pub trait Sources {
    fn text(&self, name: &str) -> Option<String>;
}

pub fn show_script_error(paint: Paint, texts: &dyn Sources, error: &ScriptError) -> String {
    let mut notes: Vec<String> =
        error.frames.iter().skip(1).filter(|frame| frame.line > 0).map(|frame| called_from(frame, texts)).collect();
    notes.extend(error.note.clone());
    let shown = Shown {
        kind: ERROR,
        message: &error.message,
        place: error.frames.first(),
        word: error.word.as_deref(),
        help: error.help.as_deref(),
        notes,
    };
    shown.draw(paint, texts)
}

pub fn show_findings(paint: Paint, texts: &dyn Sources, findings: &[Finding]) -> String {
    let shown = findings.iter().map(|finding| {
        let kind = match finding.severity {
            Severity::Error => ERROR,
            Severity::Warning => WARNING,
        };
        let shown = Shown {
            kind,
            message: &finding.message,
            place: Some(&finding.place),
            word: finding.word.as_deref(),
            help: finding.help.as_deref(),
            notes: Vec::new(),
        };
        shown.draw(paint, texts)
    });
    shown.collect::<Vec<_>>().join("")
}

/// `called from  runbooks/evening.rhai:8:5  scale::down(…)`
fn called_from(frame: &Frame, texts: &dyn Sources) -> String {
    let text = texts.text(&frame.source).unwrap_or_default();
    let line = text.lines().nth(frame.line.saturating_sub(1)).unwrap_or_default().trim();
    format!("called from {}:{}:{}  {line}", frame.source, frame.line, frame.column)
}

struct Shown<'a> {
    kind: ReportKind<'static>,
    message: &'a str,
    place: Option<&'a Frame>,
    word: Option<&'a str>,
    help: Option<&'a str>,
    notes: Vec<String>,
}

impl Shown<'_> {
    fn draw(&self, paint: Paint, texts: &dyn Sources) -> String {
        let place = self.place.filter(|frame| frame.line > 0);
        match place.and_then(|frame| Some((frame, texts.text(&frame.source)?))) {
            Some((frame, text)) => self.draw_in(paint, frame, text),
            None => self.draw_bare(paint),
        }
    }

    fn draw_bare(&self, paint: Paint) -> String {
        let title = match self.kind {
            WARNING => paint.warning("warning:"),
            _ => paint.bad("error:"),
        };
        let place = self.place.map(|frame| format!(" ({})", frame.source)).unwrap_or_default();
        let mut text = format!("{title} {}{place}\n", self.message);
        let extra = self.help.map(str::to_owned).into_iter().chain(self.notes.iter().cloned());
        extra.for_each(|line| text.push_str(&format!("  {line}\n")));
        text
    }

    fn draw_in(&self, paint: Paint, frame: &Frame, text: String) -> String {
        let span = span(&text, frame, self.word);
        let name = frame.source.clone();
        let label = Label::new((name.clone(), span.clone()));
        let label = match self.help {
            Some(help) => label.with_message(help),
            // Without a message the word would not be marked.
            None => label.with_message("here"),
        };
        let config = Config::default().with_color(paint.is_colored()).with_index_type(IndexType::Byte).with_compact(false);
        let mut report =
            Report::build(self.kind, (name.clone(), span)).with_config(config).with_message(self.message).with_label(label);
        if !self.notes.is_empty() {
            report = report.with_note(self.notes.join("\n"));
        }
        let mut bytes = Vec::new();
        match report.finish().write(sources([(name, text)]), &mut bytes) {
            Ok(()) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => self.draw_bare(paint),
        }
    }
}

/// The bytes to mark: the word at or after the place, else the name that
/// stands there, else one character.
fn span(text: &str, frame: &Frame, word: Option<&str>) -> std::ops::Range<usize> {
    let start = offset(text, frame.line, frame.column);
    if let Some(word) = word
        && let Some(at) = find_word(&text[start..], word)
    {
        return start + at..start + at + word.len();
    }
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let length = text[start..].chars().take_while(|letter| is_name(*letter)).map(char::len_utf8).sum::<usize>();
    let one = text[start..].chars().next().map_or(0, char::len_utf8);
    start..start + length.max(one)
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            let within = content.trim_end_matches('\n').char_indices().map(|(at, _)| at).nth(column.saturating_sub(1));
            return start + within.unwrap_or(content.trim_end_matches('\n').len());
        }
        start += content.len();
    }
    text.len()
}

/// The word as a whole word, not as a part of another.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).map(|(at, _)| at).find(|&at| {
        let before = text[..at].chars().next_back().is_some_and(is_name);
        let after = text[at + word.len()..].chars().next().is_some_and(is_name);
        !before && !after
    })
}
