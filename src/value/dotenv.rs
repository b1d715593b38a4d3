//! Files of `NAME=value`, as Node's dotenv reads them and most other readers do:
//! three kinds of quotes, of which only double ones know `\\n` and `\\r`, and none
//! has a way to write itself. A value is written in the first form that reads
//! back as it was; forms that shells and other readers understand come first.

/// The line of one setting, with its end; nothing where no form can hold it.
pub fn line(name: &str, value: &str) -> Option<String> {
    let forms = [
        plain(value).then(|| value.to_owned()),
        Some(format!("'{value}'")),
        (!value.contains(['$', '`', '\\', '!'])).then(|| format!("\"{value}\"")),
        Some(format!("\"{}\"", value.replace('\r', "\\r").replace('\n', "\\n"))),
        Some(format!("`{value}`")),
        // One that begins a quote would be read on into the next lines.
        (!value.starts_with(['\'', '"', '`'])).then(|| value.to_owned()),
    ];
    let lines = forms.into_iter().flatten().map(|form| format!("{name}={form}\n"));
    lines.into_iter().find(|line| read(line) == [(name.to_owned(), value.to_owned())])
}

/// What needs no quotes, to any reader.
fn plain(value: &str) -> bool {
    value.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./:@%+,=".contains(letter))
}

/// Every setting, in order; a name that comes twice counts as it stood last.
/// What is no setting is passed over.
pub fn read(text: &str) -> Vec<(String, String)> {
    // Whatever ends a line, inside quotes too, readers take for a line feed.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (setting, after) = setting(rest).map_or((None, next_line(rest)), |(name, value, after)| (Some((name, value)), after));
        if let Some((name, value)) = setting {
            found.retain(|(other, _)| *other != name);
            found.push((name, value));
        }
        rest = after;
    }
    found
}

/// The lines that set none of these names, as they stand; without comments that
/// hold `mark`.
pub fn others(text: &str, names: &[String], mark: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut kept, mut rest) = (String::new(), text.as_str());
    while !rest.is_empty() {
        let (name, after) = setting(rest).map_or((None, next_line(rest)), |(name, _, after)| (Some(name), after));
        let lines = &rest[..rest.len() - after.len()];
        if !name.map_or_else(|| lines.contains(mark), |name| names.contains(&name)) {
            kept.push_str(lines);
        }
        rest = after;
    }
    if !kept.is_empty() && !kept.ends_with('\n') {
        kept.push('\n');
    }
    kept
}

/// The names that the line that begins with `start` lists.
pub fn listed(text: &str, start: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_default();
    let is_name = |word: &&str| word.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.-".contains(letter));
    line.split_whitespace().filter(is_name).map(str::to_owned).collect()
}

fn setting(text: &str) -> Option<(String, String, &str)> {
    let line = text.trim_start_matches([' ', '\t']);
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let end = line.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_.-".contains(letter)))?;
    let (name, after) = line.split_at(end);
    let after = after.trim_start_matches([' ', '\t']).strip_prefix('=')?.trim_start_matches([' ', '\t']);
    if name.is_empty() {
        return None;
    }
    let (value, after) = quoted(after).unwrap_or_else(|| unquoted(after));
    Some((name.to_owned(), value, after))
}

/// A value in quotes, which may hold ends of lines and `#`, and its own quote
/// behind a backslash that stays.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| "'\"`".contains(*first))?;
    let inner = &text[1..];
    let mut letters = inner.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(|(_, next)| *next == quote) => drop(letters.next()),
            letter if letter == quote => {
                let value = inner[..at].to_owned();
                let value = if quote == '"' { value.replace("\\n", "\n").replace("\\r", "\r") } else { value };
                return Some((value, next_line(&inner[at + 1..])));
            }
            _ => {}
        }
    }
    None
}

fn unquoted(text: &str) -> (String, &str) {
    let line = text.lines().next().unwrap_or_default();
    let value = line.split('#').next().unwrap_or_default().trim();
    (value.to_owned(), next_line(text))
}

fn next_line(text: &str) -> &str {
    text.find('\n').map_or("", |end| &text[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays_as_it_stands() {
        let text = "# written by us\nA=1\n# names: A B\n\n# mine\nexport MINE='two\nlines' # so\r\nB=\"x\ny\"\nLAST=1";
        assert_eq!(listed(text, "# names: "), ["A", "B"]);
        assert_eq!(listed(text, "# other: "), [""; 0]);
        let names = ["A", "B"].map(str::to_owned);
        let kept = others(text, &names, "by us");
        assert_eq!(kept, "# names: A B\n\n# mine\nexport MINE='two\nlines' # so\nLAST=1\n");
        assert_eq!(others(&kept, &names, "by us"), kept);
    }

    fn read_one(text: &str) -> String {
        let found = read(text);
        assert_eq!(found.len(), 1, "{text:?} {found:?}");
        found.into_iter().next().unwrap().1
    }

    #[test]
    fn a_value_is_written_in_the_first_form_that_holds_it() {
        for (value, written) in [
            ("https://api.example.com/v1?", "'https://api.example.com/v1?'"),
            ("80", "80"),
            ("", ""),
            ("two words", "'two words'"),
            ("a#b", "'a#b'"),
            ("$HOME and \\n", "'$HOME and \\n'"),
            ("it's", "\"it's\""),
            ("line\nline", "'line\nline'"),
            ("it's\n$5", "\"it's\\n$5\""),
            ("one\r\ntwo", "\"one\\r\\ntwo\""),
            ("{\"it\": \"it's\"}", "`{\"it\": \"it's\"}`"),
            ("C:\\dir\\", "C:\\dir\\"),
        ] {
            assert_eq!(line("A", value).as_deref(), Some(&*format!("A={written}\n")), "{value:?}");
        }
        assert_eq!(line("A", "all: ' \" `"), Some("A=all: ' \" `\n".into()));
        assert_eq!(line("A", "all: ' \" `\n"), None);
        assert_eq!(line("no name", "x"), None);
    }

    #[test]
    fn whatever_is_written_reads_back() {
        let mut dice = fastrand::Rng::with_seed(5);
        let letters: Vec<char> = "ab'\"`\\$#= \n\r\tné0!".chars().collect();
        let mut written = 0;
        for _ in 0..20_000 {
            let value: String = (0..dice.usize(0..9)).map(|_| letters[dice.usize(0..letters.len())]).collect();
            let Some(line) = line("A", &value) else { continue };
            let both = format!("# before\nFIRST=1\n{line}LAST='2'\n");
            let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            assert_eq!(read(&both), [pair("FIRST", "1"), pair("A", &value), pair("LAST", "2")], "{both:?}");
            written += 1;
        }
        assert!(written > 15_000, "{written}");
    }

    #[test]
    fn what_people_write_is_read() {
        assert_eq!(read_one("  export A = 'x' # why\n"), "x");
        assert_eq!(read_one("A=x # why\n"), "x");
        assert_eq!(read_one("A=\"a\\nb\""), "a\nb");
        assert_eq!(read_one("A='a\\nb'\r\n"), "a\\nb");
        assert_eq!(read_one("A=1\nA=2\n"), "2");
        assert_eq!(read_one("A='not closed\n"), "'not closed");
        assert!(read("# only this\n\nno setting\n=x\n").is_empty());
    }
}
