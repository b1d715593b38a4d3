//! One row an operation, made from the operations table: no handwritten arms.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;

use aws_config::SdkConfig;

use super::carrier::{Exchange, Sent};
use crate::api::{Operation, operations};

type Sending<'a> = Pin<Box<dyn Future<Output = Sent> + Send + 'a>>;

/// The clients, each made on first use. Named as the modules of scripts are.
macro_rules! clients {
    ($($module:ident: $sdk:ident),* $(,)?) => {
        #[derive(Default)]
        pub(super) struct Clients {
            $($module: OnceLock<$sdk::Client>,)*
        }

        impl Clients {
            $(fn $module(&self, config: &SdkConfig) -> &$sdk::Client {
                self.$module.get_or_init(|| $sdk::Client::new(config))
            })*
        }
    };
}
clients! {
    ecs: aws_sdk_ecs,
    secretsmanager: aws_sdk_secretsmanager,
    application_autoscaling: aws_sdk_applicationautoscaling,
    logs: aws_sdk_cloudwatchlogs,
    cloudwatch: aws_sdk_cloudwatch,
    ecr: aws_sdk_ecr,
    elbv2: aws_sdk_elasticloadbalancingv2,
    sts: aws_sdk_sts,
}

macro_rules! sending {
    ($($module:ident { $($name:ident $method:ident [$($effect:tt)*] [$($needs:literal),*] $resource:literal [$($volatile:literal),*];)* })*) => {
        impl Clients {
            /// Has the SDK send `operation`; the exchange swaps the body in and
            /// takes the raw answer out.
            pub(super) fn send<'a>(&'a self, config: &'a SdkConfig, operation: &Operation, exchange: Exchange) -> Sending<'a> {
                match (operation.module, operation.method) {
                    $($((stringify!($module), stringify!($method)) => Box::pin(async move {
                        let call = self.$module(config).$method().customize().interceptor(exchange);
                        Sent::from_sdk(call.send().await)
                    }),)*)*
                    _ => unreachable!("{operation} is not in the operations table"),
                }
            }
        }
    };
}
operations!(sending);
