//! The look of a description: a title, aligned rows, wrapped paragraphs.

use unicode_width::UnicodeWidthStr;

use crate::report::Paint;

#[derive(Clone)]
pub struct Page {
    paint: Paint,
    width: usize,
    lines: Vec<String>,
}

/// A name, a word about it, and what it is.
pub struct Row {
    pub name: String,
    pub mark: String,
    pub text: String,
}

impl Row {
    pub fn plain(name: &str, text: &str) -> Row {
        Row { name: name.to_owned(), mark: String::new(), text: text.to_owned() }
    }
}

impl Page {
    pub fn new(paint: Paint, width: usize) -> Page {
        Page { paint, width: width.max(40), lines: Vec::new() }
    }

    pub fn title(&mut self, name: &str, what: &str) {
        self.lines.push(format!("{} · {what}", self.paint.strong(name)));
    }

    pub fn blank(&mut self) {
        self.lines.push(String::new());
    }

    pub fn heading(&mut self, text: &str) {
        self.lines.push(String::new());
        self.lines.push(format!("  {}", self.paint.strong(text)));
    }

    pub fn paragraphs(&mut self, text: &str) {
        let mut in_code = false;
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
            } else if let Some(heading) = line.strip_prefix("# ").filter(|_| !in_code) {
                self.lines.push(format!("  {}", self.paint.strong(heading)));
            } else if in_code {
                self.lines.push(format!("    {line}"));
            } else {
                self.lines.extend(wrap(line, self.width - 2).into_iter().map(|line| format!("  {line}")));
            }
        }
    }

    pub fn code(&mut self, text: &str) {
        text.lines().for_each(|line| self.lines.push(format!("    {line}")));
    }

    pub fn pairs(&mut self, pairs: &[(&str, String)]) {
        let widest = pairs.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
        for (name, text) in pairs {
            let wrapped = wrap(text, self.width.saturating_sub(widest + 4).max(20));
            for (number, line) in wrapped.into_iter().enumerate() {
                let name = if number == 0 { *name } else { "" };
                self.lines.push(format!("  {}  {line}", self.paint.faint(&pad(name, widest))));
            }
        }
    }

    pub fn rows(&mut self, rows: impl Iterator<Item = Row>) {
        let rows: Vec<Row> = rows.collect();
        let widest = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
        // A very long name stands on a line of its own.
        let most = (self.width / 2).max(20);
        let name_width = rows.iter().map(|row| row.name.width()).filter(|width| *width <= most).max().unwrap_or_default();
        let mark_width = widest(&|row| row.mark.width());
        let margin = 4 + name_width + 2 + if mark_width > 0 { mark_width + 2 } else { 0 };
        for row in &rows {
            let mut head = pad(&row.name, name_width);
            if row.name.width() > name_width {
                self.lines.push(format!("    {}", row.name));
                head = " ".repeat(name_width);
            }
            let mark =
                if mark_width > 0 { format!("{}  ", self.paint.faint(&pad(&row.mark, mark_width))) } else { String::new() };
            let wrapped = wrap(&row.text, self.width.saturating_sub(margin).max(20));
            let first = wrapped.first().map(String::as_str).unwrap_or_default();
            self.lines.push(format!("    {head}  {mark}{first}").trim_end().to_owned());
            self.lines.extend(wrapped.iter().skip(1).map(|line| format!("{}{line}", " ".repeat(margin))));
        }
    }

    /// What to type next.
    pub fn next(&mut self, text: &str) {
        self.lines.push(String::new());
        self.lines.push(format!("  {} {text}", self.paint.faint("next")));
    }

    pub fn text(self) -> String {
        self.lines.join("\n")
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Lines of at most `width` columns, broken between words.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.width() + 1 + word.width() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
