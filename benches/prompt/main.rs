//! What typing at the prompt costs: run by `cargo bench --bench prompt`.

mod keystroke;

fn main() {
    keystroke::run();
}
