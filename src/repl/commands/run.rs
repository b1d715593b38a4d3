//! `:run deploy image=web:v42`: a runbook, in the environment of the prompt,
//! as a run of its own. One that may write needs an armed prompt.

use super::Done;
use crate::repl::discreet;
use crate::repl::session::{Next, Prompt};
use crate::runbook::{Book, Misuse};

pub(super) fn run(prompt: &mut Prompt, text: &str) -> Done {
    let words = split(text)?;
    let Some((name, params)) = words.split_first() else {
        return Err(Misuse::new("which runbook?").hint(":run deploy image=…; rollbook list shows those that there are"));
    };
    let found = prompt.shelf.find(name)?;
    let book = Book::open(&prompt.host, found)?;
    if book.header.writes() && !prompt.is_armed() {
        let what = format!("{name} may write ({}), and this prompt is read-only", book.header.permits.join(", "));
        let again = match discreet::gives_a_secret(&words, Some(&book.header)) {
            true => "the same line again".into(),
            false => format!(":run {text}"),
        };
        return Err(Misuse::new(what).hint(format!("{} allows writes; then {again}", prompt.arm_words())).refused());
    }
    let mut command = vec![name.clone()];
    command.extend(params.iter().map(|word| flag(word)));
    command.extend(prompt.whereabouts.flags.split_whitespace().map(str::to_owned));
    if let Some(environment) = prompt.whereabouts.name.as_ref().filter(|_| prompt.whereabouts.protected && prompt.is_armed()) {
        command.extend(["--confirm".to_owned(), environment.clone()]);
    }
    // It may have changed what completing knows.
    let ended = (prompt.runner)(command);
    prompt.known().live.forget();
    match ended? {
        0 => Ok(Next::GoOn),
        code => {
            prompt.note_exit(code);
            Ok(Next::GoOn)
        }
    }
}

/// Whether a line runs a runbook and has a secret among its words.
pub fn gives_a_secret(prompt: &Prompt, line: &str) -> bool {
    let Some(text) = line.trim_start().strip_prefix(":run").filter(|rest| rest.starts_with(char::is_whitespace)) else {
        return false;
    };
    // A quote that is not closed hides where its word ends.
    let Ok(words) = split(text) else { return true };
    let known = prompt.known();
    words.first().is_some_and(|name| discreet::gives_a_secret(&words, known.book.runbook(name)))
}

/// `image=x` as the command line has it, and `force` as `--force`.
fn flag(word: &str) -> String {
    match word.split_once('=') {
        _ if word.starts_with('-') => word.to_owned(),
        Some((name, value)) => format!("--{}={value}", name.replace('_', "-")),
        None => format!("--{}", word.replace('_', "-")),
    }
}

/// Words as a shell splits them: quotes keep spaces.
fn split(text: &str) -> Result<Vec<String>, Misuse> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    if quote.is_some() {
        return Err(Misuse::new("a quote is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_flags() {
        let words = split("deploy image=web:v42 note='two words' force max_failed_tasks=2 --bake=5m").unwrap();
        let flags: Vec<String> = words[1..].iter().map(|word| flag(word)).collect();
        assert_eq!(flags, ["--image=web:v42", "--note=two words", "--force", "--max-failed-tasks=2", "--bake=5m"]);
        assert!(split("a 'b").is_err());
    }
}
