//! The account and the region that everything here lives in, and the ARNs that
//! follow from them.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub account: String,
    pub region: String,
}

impl Place {
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    pub fn ecs(&self, resource: &str) -> String {
        self.arn("ecs", resource)
    }

    pub fn zone(&self, letter: char) -> String {
        format!("{}{letter}", self.region)
    }
}

/// What follows the last slash: the name that people use for an ARN.
pub fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
