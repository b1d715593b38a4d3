//! Who the sandbox takes its caller for.

use super::{Answer, Sim};
use crate::map;

pub fn handle(sim: &Sim, method: &str) -> Option<Answer> {
    match method {
        "get_caller_identity" => Some(Ok(map! {
            "Account" => sim.place.account.as_str(),
            "Arn" => format!("arn:aws:iam::{}:user/sandbox", sim.place.account),
            "UserId" => "AIDASANDBOXSANDBOX222",
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sim;
    use super::*;

    #[test]
    fn the_caller_is_a_user_of_the_account() {
        let answer = handle(&Sim::guide(1), "get_caller_identity").unwrap().unwrap();
        assert_eq!(answer.text("Account"), Some("123456789012"));
        assert_eq!(answer.text("Arn"), Some("arn:aws:iam::123456789012:user/sandbox"));
        let id = answer.text("UserId").unwrap();
        assert!(id.len() == 21 && id.starts_with("AIDA"), "{id}");
        let base32 = |letter: char| letter.is_ascii_uppercase() || ('2'..='7').contains(&letter);
        assert!(id.chars().all(base32), "{id}");
        assert!(handle(&Sim::guide(1), "get_session_token").is_none());
    }
}
