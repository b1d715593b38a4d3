//! `:run deploy image=web:v42`: a runbook, in the environment of the prompt,
//! as a run of its own. One that may write needs an armed prompt.

use super::Done;
use crate::repl::session::{Next, Prompt};
use crate::runbook::{Book, Misuse};

pub(super) fn run(prompt: &mut Prompt, text: &str) -> Done {
    let words = split(text)?;
    let Some((name, params)) = words.split_first() else {
        return Err(Misuse::new("which runbook?").hint(":run deploy image=…; rollbook list shows those that there are"));
    };
    let found = prompt.shelf.find(name)?;
    let book = Book::open(&prompt.host, found)?;
    let is_look = book.header.is_look_where(|param| params.iter().any(|word| gives(word, param)));
    if book.header.writes() && !is_look && !prompt.is_armed() {
        let what = format!("{name} may write ({}), and this prompt is read-only", book.header.permits.join(", "));
        return Err(Misuse::new(what).hint(format!("{} allows writes; then :run {text}", prompt.arm_words())).refused());
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

/// Whether a word gives the param a value that says anything.
fn gives(word: &str, param: &str) -> bool {
    let word = flag(word);
    let (name, value) = word.split_once('=').unwrap_or((&word, ""));
    name == format!("--{}", param.replace('_', "-")) && value != "false"
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
