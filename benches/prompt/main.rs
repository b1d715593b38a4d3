//! What the prompt costs: its start, and each key. Run by
//! `cargo bench --bench prompt`.

mod keystroke;
mod start;

fn main() {
    start::say();
    keystroke::run();
}
