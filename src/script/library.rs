//! Where modules come from. The lookup order is the runbook floor's business.

/// A script as it was found: its name for messages and its exact text.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub name: String,
    pub text: String,
}

pub trait Library: Send + Sync {
    /// The module that `import "path"` means.
    fn module(&self, path: &str) -> Option<Text>;

    /// Paths a person could have meant, for suggestions.
    fn paths(&self) -> Vec<String>;
}
