//! From a profile, a role and a region to a carrier that has credentials.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use super::carrier::{Carrier, reasons};

/// What an environment says about the way in; the rest comes from AWS's own
/// variables and files, as in every AWS tool.
#[derive(Clone, Debug, Default)]
pub struct Access {
    pub region: Option<String>,
    pub profile: Option<String>,
    pub role_arn: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("no region is known")]
    NoRegion,
    #[error("there are no usable AWS credentials")]
    NoCredentials(String),
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longer than any answer of these APIs takes; a lost one is noticed by then.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

pub async fn connect(access: &Access) -> Result<Carrier, ConnectError> {
    let mut config = load(access).await;
    let region = config.region().ok_or(ConnectError::NoRegion)?.clone();
    if let Some(role) = &access.role_arn {
        let provider = AssumeRoleProvider::builder(role).session_name("rollbook").region(region.clone());
        let provider = provider.configure(&config).build().await;
        config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
    }
    let none = || ConnectError::NoCredentials("none are configured".into());
    let provider = Primed::resolve(config.credentials_provider().ok_or_else(none)?).await?;
    let config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
    Ok(Carrier::new(config, region.to_string()))
}

/// Credentials that were resolved before the first call, to say early when
/// there are none; given once, then the provider is asked again.
#[derive(Debug)]
struct Primed {
    first: Mutex<Option<Credentials>>,
    provider: SharedCredentialsProvider,
}

impl Primed {
    async fn resolve(provider: SharedCredentialsProvider) -> Result<Primed, ConnectError> {
        let first = provider.provide_credentials().await.map_err(|error| ConnectError::NoCredentials(reasons(&error)))?;
        Ok(Primed { first: Mutex::new(Some(first)), provider })
    }
}

impl ProvideCredentials for Primed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        match first {
            Some(credentials) => future::ProvideCredentials::ready(Ok(credentials)),
            None => self.provider.provide_credentials(),
        }
    }
}

async fn load(access: &Access) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .app_name(AppName::new("rollbook").expect("a plain name"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts.build())
        .disable_request_compression(true);
    if let Some(region) = &access.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &access.profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}
