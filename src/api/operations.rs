//! What no published model says of AWS's operations, kept by hand: one row an
//! operation, under the module that scripts call it by.
//!
//! The columns:
//!
//! 1. The API's name of the operation.
//! 2. Its method: the same word in boto3, in the Rust SDK's client and in scripts.
//! 3. Its effect: `read`, or `write` and how an unknown outcome is settled.
//!    `idempotent`: the same body again leaves the same state. `token`: AWS
//!    recognizes the repetition by that member. `read_back`: a look shows whether
//!    it happened. `ask`: only a person can tell.
//! 4. The IAM actions it needs besides its own `service:Operation`, those included
//!    that only some requests need (tags, a customer's KMS key). A first one that
//!    begins with `=` is the own action's real name.
//! 5. The resource that IAM checks, without `arn:…:account:`. `{a}` is a member of
//!    the request, `{a|b}` the one of them that is given; `*` stands for one that is
//!    not. An ARN of the template's own type replaces all of it, any other ARN gives
//!    its name. A blank separates resources that are all checked. Empty: IAM cannot
//!    narrow the action.
//! 6. Members of the answer that differ between two reads although nobody changed
//!    anything. The token of a page always does and stands in no row.
//!
//! The third and the last column rest on AWS's API references, the fourth and fifth
//! on its Service Authorization Reference and its guides' pages on permissions.
//!
//! What requests and answers look like is not here: `shapes/` is generated, for the
//! operations of this table. An operation without a row counts as a write, settled
//! by `ask`, that IAM cannot narrow.

macro_rules! operations {
    ($with:ident) => { $with! {
        ecs {
            AssociateGatewayWithCluster    associate_gateway_with_cluster    [write read_back]  [] "" [];
            ContinueServiceDeployment      continue_service_deployment       [write read_back]  [] "{serviceDeploymentArn} service/*" [];
            CreateCapacityProvider         create_capacity_provider          [write read_back]
                ["ecs:PutClusterCapacityProviders", "ecs:TagResource", "iam:PassRole", "autoscaling:CreateOrUpdateTags"]
                "capacity-provider/{name}" [];
            CreateCluster                  create_cluster                    [write idempotent]
                ["ecs:TagResource", "iam:CreateServiceLinkedRole"] "cluster/{clusterName}" [];
            CreateDaemon                   create_daemon                     [write token "clientToken"]
                ["ecs:TagResource", "iam:PassRole"] "daemon/{clusterArn}/{daemonName}" [];
            CreateExpressGatewayService    create_express_gateway_service    [write ask]
                ["ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"] "service/{cluster}/{serviceName}" [];
            CreateGateway                  create_gateway                    [write token "clientToken"]
                ["ecs:TagResource", "iam:PassRole"] "" [];
            CreateService                  create_service                    [write token "clientToken"]
                ["ecs:TagResource", "iam:PassRole"] "service/{cluster}/{serviceName}" [];
            CreateTaskSet                  create_task_set                   [write token "clientToken"]
                ["ecs:TagResource", "iam:PassRole"] "task-set/{cluster}/{service}/*" [];
            DeleteAccountSetting           delete_account_setting            [write idempotent] [] "" [];
            DeleteAttributes               delete_attributes                 [write read_back]  [] "container-instance/{cluster}/*" [];
            DeleteCapacityProvider         delete_capacity_provider          [write read_back]
                ["ecs:PutClusterCapacityProviders"] "capacity-provider/{capacityProvider}" [];
            DeleteCluster                  delete_cluster                    [write read_back]  [] "cluster/{cluster}" [];
            DeleteDaemon                   delete_daemon                     [write read_back]  [] "{daemonArn}" [];
            DeleteDaemonTaskDefinition     delete_daemon_task_definition     [write read_back]
                [] "daemon-task-definition/{daemonTaskDefinition}" [];
            DeleteExpressGatewayService    delete_express_gateway_service    [write read_back]  [] "{serviceArn}" [];
            DeleteGateway                  delete_gateway                    [write read_back]  [] "" [];
            DeleteService                  delete_service                    [write read_back]  [] "service/{cluster}/{service}" [];
            DeleteTaskDefinitions          delete_task_definitions           [write read_back]  [] "task-definition/{taskDefinitions}" [];
            DeleteTaskSet                  delete_task_set                   [write read_back]
                [] "task-set/{cluster}/{service}/{taskSet}" [];
            DeregisterContainerInstance    deregister_container_instance     [write read_back]  [] "cluster/{cluster}" [];
            DeregisterTaskDefinition       deregister_task_definition        [write idempotent] [] "" [];
            DescribeCapacityProviders      describe_capacity_providers       [read]
                [] "capacity-provider/{capacityProviders}" [];
            DescribeClusters               describe_clusters                 [read]             [] "cluster/{clusters}"
                ["clusters[].pendingTasksCount", "clusters[].registeredContainerInstancesCount", "clusters[].runningTasksCount",
                 "clusters[].statistics"];
            DescribeContainerInstances     describe_container_instances      [read]
                [] "container-instance/{cluster}/{containerInstances}"
                ["containerInstances[].agentConnected", "containerInstances[].gpuDevices", "containerInstances[].healthStatus",
                 "containerInstances[].pendingTasksCount", "containerInstances[].remainingResources",
                 "containerInstances[].runningTasksCount", "containerInstances[].version"];
            DescribeDaemon                 describe_daemon                   [read]             [] "{daemonArn}"
                ["daemon.currentRevisions[].capacityProviders", "daemon.currentRevisions[].totalRunningCount",
                 "daemon.currentRevisions[].totalWithoutDaemonCount"];
            DescribeDaemonDeployments      describe_daemon_deployments       [read]             [] "{daemonDeploymentArns} daemon/*"
                ["daemonDeployments[].alarms", "daemonDeployments[].circuitBreaker", "daemonDeployments[].finishedAt",
                 "daemonDeployments[].rollback", "daemonDeployments[].sourceDaemonRevisions", "daemonDeployments[].startedAt",
                 "daemonDeployments[].status", "daemonDeployments[].statusReason", "daemonDeployments[].stoppedAt",
                 "daemonDeployments[].targetDaemonRevision"];
            DescribeDaemonRevisions        describe_daemon_revisions         [read]             [] "{daemonRevisionArns} daemon/*" [];
            DescribeDaemonTaskDefinition   describe_daemon_task_definition   [read]
                [] "daemon-task-definition/{daemonTaskDefinition}" [];
            DescribeExpressGatewayService  describe_express_gateway_service  [read]             [] "{serviceArn}"
                ["service.activeConfigurations[].ingressPaths", "service.status", "service.updatedAt"];
            DescribeGateway                describe_gateway                  [read]             [] ""
                ["gateway.configuration.hostSharedAlb.currentAlbCount", "gateway.failures", "gateway.status", "gateway.statusReason",
                 "gateway.updatedAt"];
            DescribeGatewayResources       describe_gateway_resources        [read]             [] "" ["gatewayResources"];
            DescribeGatewayRoute           describe_gateway_route            [read]             [] ""
                ["gatewayRoute.resources", "gatewayRoute.status"];
            DescribeServiceDeployments     describe_service_deployments      [read]             [] "{serviceDeploymentArns} service/*"
                ["serviceDeployments[].alarms", "serviceDeployments[].deploymentCircuitBreaker", "serviceDeployments[].finishedAt",
                 "serviceDeployments[].lifecycleHookDetails", "serviceDeployments[].lifecycleStage", "serviceDeployments[].rollback",
                 "serviceDeployments[].sourceServiceRevisions", "serviceDeployments[].startedAt", "serviceDeployments[].status",
                 "serviceDeployments[].statusReason", "serviceDeployments[].stoppedAt",
                 "serviceDeployments[].targetServiceRevision.pendingTaskCount",
                 "serviceDeployments[].targetServiceRevision.requestedProductionTrafficWeight",
                 "serviceDeployments[].targetServiceRevision.requestedTaskCount",
                 "serviceDeployments[].targetServiceRevision.requestedTestTrafficWeight",
                 "serviceDeployments[].targetServiceRevision.runningTaskCount", "serviceDeployments[].updatedAt"];
            DescribeServiceRevisions       describe_service_revisions        [read]
                [] "{serviceRevisionArns} service/*" ["serviceRevisions[].ecsManagedResources"];
            DescribeServices               describe_services                 [read]             [] "service/{cluster}/{services}"
                ["services[].currentServiceRevisions[].pendingTaskCount", "services[].currentServiceRevisions[].requestedTaskCount",
                 "services[].currentServiceRevisions[].runningTaskCount", "services[].deployments[].desiredCount",
                 "services[].deployments[].failedTasks", "services[].deployments[].pendingCount", "services[].deployments[].rolloutState",
                 "services[].deployments[].rolloutStateReason", "services[].deployments[].runningCount",
                 "services[].deployments[].updatedAt", "services[].events", "services[].pendingCount", "services[].runningCount",
                 "services[].taskSets[].computedDesiredCount", "services[].taskSets[].pendingCount", "services[].taskSets[].runningCount",
                 "services[].taskSets[].stabilityStatus", "services[].taskSets[].stabilityStatusAt", "services[].taskSets[].updatedAt"];
            DescribeTaskDefinition         describe_task_definition          [read]             [] "" [];
            DescribeTaskSets               describe_task_sets                [read]             [] "task-set/{cluster}/{service}/{taskSets}"
                ["taskSets[].computedDesiredCount", "taskSets[].pendingCount", "taskSets[].runningCount", "taskSets[].stabilityStatus",
                 "taskSets[].stabilityStatusAt", "taskSets[].updatedAt"];
            DescribeTasks                  describe_tasks                    [read]             [] "task/{cluster}/{tasks}"
                ["tasks[].attachments", "tasks[].connectivity", "tasks[].connectivityAt", "tasks[].containers", "tasks[].desiredStatus",
                 "tasks[].executionStoppedAt", "tasks[].healthStatus", "tasks[].lastStatus", "tasks[].pullStartedAt",
                 "tasks[].pullStoppedAt", "tasks[].startedAt", "tasks[].stopCode", "tasks[].stoppedAt", "tasks[].stoppedReason",
                 "tasks[].stoppingAt", "tasks[].trustedExecutionSummary", "tasks[].version"];
            DisassociateGatewayFromCluster disassociate_gateway_from_cluster [write read_back]  [] "" [];
            ExecuteCommand                 execute_command                   [write ask]
                ["kms:GenerateDataKey"] "cluster/{cluster} task/{cluster}/{task}" [];
            GetTaskProtection              get_task_protection               [read]             [] "task/{cluster}/{tasks}" [];
            ListAccountSettings            list_account_settings             [read]             [] "" [];
            ListAttributes                 list_attributes                   [read]             [] "cluster/{cluster}" [];
            ListClusters                   list_clusters                     [read]             [] "" [];
            ListContainerInstances         list_container_instances          [read]             [] "cluster/{cluster}" [];
            ListDaemonDeployments          list_daemon_deployments           [read]             [] "{daemonArn}"
                ["daemonDeployments[].finishedAt", "daemonDeployments[].startedAt", "daemonDeployments[].status",
                 "daemonDeployments[].statusReason", "daemonDeployments[].stoppedAt"];
            ListDaemonTaskDefinitions      list_daemon_task_definitions      [read]             [] "" [];
            ListDaemons                    list_daemons                      [read]             [] "" [];
            ListGatewayClusterAssociations list_gateway_cluster_associations [read]             [] "" [];
            ListGatewayRoutes              list_gateway_routes               [read]             [] "" ["gatewayRoutes[].status"];
            ListGateways                   list_gateways                     [read]             [] "" ["gateways[].status"];
            ListServiceDeployments         list_service_deployments          [read]             [] "service/{cluster}/{service}"
                ["serviceDeployments[].finishedAt", "serviceDeployments[].startedAt", "serviceDeployments[].status",
                 "serviceDeployments[].statusReason"];
            ListServices                   list_services                     [read]             [] "" [];
            ListServicesByNamespace        list_services_by_namespace        [read]             [] "" [];
            ListTagsForResource            list_tags_for_resource            [read]             [] "{resourceArn}" [];
            ListTaskDefinitionFamilies     list_task_definition_families     [read]             [] "" [];
            ListTaskDefinitions            list_task_definitions             [read]             [] "" [];
            ListTasks                      list_tasks                        [read]             [] "" ["taskArns"];
            PutAccountSetting              put_account_setting               [write idempotent] [] "" [];
            PutAccountSettingDefault       put_account_setting_default       [write idempotent] [] "" [];
            PutAttributes                  put_attributes                    [write idempotent] [] "container-instance/{cluster}/*" [];
            PutClusterCapacityProviders    put_cluster_capacity_providers    [write idempotent] [] "cluster/{cluster}" [];
            RegisterContainerInstance      register_container_instance       [write ask]        ["ecs:TagResource"] "cluster/{cluster}" [];
            RegisterDaemonTaskDefinition   register_daemon_task_definition   [write read_back]
                ["ecs:TagResource", "iam:PassRole"] "daemon-task-definition/{family}:*" [];
            RegisterTaskDefinition         register_task_definition          [write read_back]
                ["ecs:TagResource", "iam:PassRole"] "task-definition/{family}:*" [];
            RunTask                        run_task                          [write token "clientToken"]
                ["ecs:TagResource", "iam:PassRole"] "task-definition/{taskDefinition}" [];
            StartTask                      start_task                        [write ask]
                ["ecs:TagResource", "iam:PassRole"] "task-definition/{taskDefinition}" [];
            StopServiceDeployment          stop_service_deployment           [write read_back]  [] "{serviceDeploymentArn} service/*" [];
            StopTask                       stop_task                         [write idempotent] [] "task/{cluster}/{task}" [];
            TagResource                    tag_resource                      [write idempotent] [] "{resourceArn}" [];
            UntagResource                  untag_resource                    [write idempotent] [] "{resourceArn}" [];
            UpdateCapacityProvider         update_capacity_provider          [write idempotent]
                ["ecs:PutClusterCapacityProviders", "iam:PassRole"] "capacity-provider/{name}" [];
            UpdateCluster                  update_cluster                    [write idempotent] [] "cluster/{cluster}" [];
            UpdateClusterSettings          update_cluster_settings           [write idempotent] [] "cluster/{cluster}" [];
            UpdateContainerAgent           update_container_agent            [write read_back]
                [] "container-instance/{cluster}/{containerInstance}" [];
            UpdateContainerInstancesState  update_container_instances_state  [write idempotent]
                [] "container-instance/{cluster}/{containerInstances}" [];
            UpdateDaemon                   update_daemon                     [write read_back]  ["iam:PassRole"] "{daemonArn}" [];
            UpdateExpressGatewayService    update_express_gateway_service    [write read_back]
                ["ecs:RegisterTaskDefinition", "iam:PassRole"] "{serviceArn}" [];
            UpdateGateway                  update_gateway                    [write read_back]  ["iam:PassRole"] "" [];
            UpdateService                  update_service                    [write read_back]
                ["iam:PassRole"] "service/{cluster}/{service}" [];
            UpdateServicePrimaryTaskSet    update_service_primary_task_set   [write idempotent] [] "service/{cluster}/{service}" [];
            UpdateTaskProtection           update_task_protection            [write read_back]  [] "task/{cluster}/{tasks}" [];
            UpdateTaskSet                  update_task_set                   [write idempotent]
                [] "task-set/{cluster}/{service}/{taskSet}" [];
        }
        secretsmanager {
            // A secret's ARN ends in six random characters: IAM knows a name as `name-??????`.
            BatchGetSecretValue          batch_get_secret_value          [read]
                ["secretsmanager:GetSecretValue", "secretsmanager:ListSecrets", "kms:Decrypt"] "" [];
            CancelRotateSecret           cancel_rotate_secret            [write read_back]  [] "secret:{SecretId}" [];
            CreateSecret                 create_secret                   [write token "ClientRequestToken"]
                ["secretsmanager:ReplicateSecretToRegions", "secretsmanager:TagResource", "kms:Decrypt", "kms:GenerateDataKey"]
                "secret:{Name}" [];
            DeleteResourcePolicy         delete_resource_policy          [write idempotent] [] "secret:{SecretId}" [];
            DeleteSecret                 delete_secret                   [write read_back]  [] "secret:{SecretId}" [];
            DescribeSecret               describe_secret                 [read]             [] "secret:{SecretId}"
                ["LastAccessedDate", "ReplicationStatus[].LastAccessedDate"];
            GetRandomPassword            get_random_password             [read]             [] "" ["RandomPassword"];
            GetResourcePolicy            get_resource_policy             [read]             [] "secret:{SecretId}" [];
            GetSecretValue               get_secret_value                [read]             ["kms:Decrypt"] "secret:{SecretId}" [];
            ListSecretVersionIds         list_secret_version_ids         [read]
                [] "secret:{SecretId}" ["Versions[].LastAccessedDate"];
            ListSecrets                  list_secrets                    [read]             [] "" ["SecretList[].LastAccessedDate"];
            PutResourcePolicy            put_resource_policy             [write idempotent] [] "secret:{SecretId}" [];
            PutSecretValue               put_secret_value                [write token "ClientRequestToken"]
                ["kms:Decrypt", "kms:GenerateDataKey"] "secret:{SecretId}" [];
            RemoveRegionsFromReplication remove_regions_from_replication [write read_back]  [] "secret:{SecretId}" [];
            ReplicateSecretToRegions     replicate_secret_to_regions     [write read_back]
                ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] "secret:{SecretId}" [];
            RestoreSecret                restore_secret                  [write read_back]  [] "secret:{SecretId}" [];
            RotateSecret                 rotate_secret                   [write read_back]
                ["lambda:InvokeFunction"] "secret:{SecretId}" [];
            StopReplicationToReplica     stop_replication_to_replica     [write read_back]  [] "secret:{SecretId}" [];
            TagResource                  tag_resource                    [write idempotent] [] "secret:{SecretId}" [];
            UntagResource                untag_resource                  [write idempotent] [] "secret:{SecretId}" [];
            UpdateSecret                 update_secret                   [write read_back]
                ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"] "secret:{SecretId}" [];
            UpdateSecretVersionStage     update_secret_version_stage     [write read_back]  [] "secret:{SecretId}" [];
            ValidateResourcePolicy       validate_resource_policy        [read]
                ["secretsmanager:PutResourcePolicy"] "secret:{SecretId}" [];
        }
        application_autoscaling {
            // IAM knows a scalable target by an id that AWS makes up, not by the `ResourceId` of the request.
            DeleteScalingPolicy          delete_scaling_policy           [write read_back]  ["cloudwatch:DeleteAlarms"] "" [];
            DeleteScheduledAction        delete_scheduled_action         [write read_back]  [] "" [];
            DeregisterScalableTarget     deregister_scalable_target      [write read_back]  ["cloudwatch:DeleteAlarms"] "" [];
            DescribeScalableTargets      describe_scalable_targets       [read]             [] "" ["ScalableTargets[].PredictedCapacity"];
            DescribeScalingActivities    describe_scaling_activities     [read]             [] "" ["ScalingActivities"];
            DescribeScalingPolicies      describe_scaling_policies       [read]             ["cloudwatch:DescribeAlarms"] "" [];
            DescribeScheduledActions     describe_scheduled_actions      [read]             [] "" [];
            GetPredictiveScalingForecast get_predictive_scaling_forecast [read]             [] ""
                ["CapacityForecast", "LoadForecast", "UpdateTime"];
            ListTagsForResource          list_tags_for_resource          [read]             [] "{ResourceARN}" [];
            PutScalingPolicy             put_scaling_policy              [write idempotent]
                ["cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "ecs:DescribeServices", "ecs:UpdateService"] "" [];
            PutScheduledAction           put_scheduled_action            [write idempotent]
                ["ecs:DescribeServices", "ecs:UpdateService"] "" [];
            RegisterScalableTarget       register_scalable_target        [write idempotent]
                ["application-autoscaling:TagResource", "ecs:DescribeServices", "ecs:UpdateService", "iam:CreateServiceLinkedRole"] "" [];
            TagResource                  tag_resource                    [write idempotent] [] "{ResourceARN}" [];
            UntagResource                untag_resource                  [write idempotent] [] "{ResourceARN}" [];
        }
        logs {
            // Policies name a log group with `:*` behind it; only the three operations on tags take its bare ARN.
            CreateLogGroup           create_log_group           [write read_back]  ["logs:TagResource"] "log-group:{logGroupName}:*" [];
            CreateLogStream          create_log_stream          [write read_back]
                [] "log-group:{logGroupName}:log-stream:{logStreamName}" [];
            DeleteLogGroup           delete_log_group           [write read_back]  [] "log-group:{logGroupName}:*" [];
            DeleteLogStream          delete_log_stream          [write read_back]
                [] "log-group:{logGroupName}:log-stream:{logStreamName}" [];
            DeleteQueryDefinition    delete_query_definition    [write read_back]  [] "" [];
            DeleteRetentionPolicy    delete_retention_policy    [write idempotent] [] "log-group:{logGroupName}:*" [];
            DescribeLogGroups        describe_log_groups        [read]             [] "" ["logGroups[].storedBytes"];
            DescribeLogStreams       describe_log_streams       [read]             [] "log-group:{logGroupName|logGroupIdentifier}:*"
                ["logStreams[].firstEventTimestamp", "logStreams[].lastEventTimestamp", "logStreams[].lastIngestionTime",
                 "logStreams[].storedBytes", "logStreams[].uploadSequenceToken"];
            DescribeQueries          describe_queries           [read]             [] "" ["queries"];
            DescribeQueryDefinitions describe_query_definitions [read]             [] "" [];
            FilterLogEvents          filter_log_events          [read]             [] "log-group:{logGroupName|logGroupIdentifier}:*"
                ["events", "searchedLogStreams"];
            GetLogEvents             get_log_events             [read]
                [] "log-group:{logGroupName|logGroupIdentifier}:log-stream:{logStreamName}"
                ["events", "nextBackwardToken", "nextForwardToken"];
            GetLogGroupFields        get_log_group_fields       [read]
                [] "log-group:{logGroupName|logGroupIdentifier}:*" ["logGroupFields"];
            GetLogRecord             get_log_record             [read]             [] "" [];
            GetQueryResults          get_query_results          [read]             [] "" ["results", "statistics", "status"];
            ListLogGroups            list_log_groups            [read]             ["logs:DescribeLogGroups"] "" [];
            ListTagsForResource      list_tags_for_resource     [read]             [] "{resourceArn}" [];
            PutLogEvents             put_log_events             [write ask]
                [] "log-group:{logGroupName}:log-stream:{logStreamName}" [];
            PutQueryDefinition       put_query_definition       [write token "clientToken"] [] "" [];
            PutRetentionPolicy       put_retention_policy       [write idempotent] [] "log-group:{logGroupName}:*" [];
            StartQuery               start_query                [read]
                [] "log-group:{logGroupName|logGroupNames|logGroupIdentifiers}:*" ["queryId"];
            StopQuery                stop_query                 [read]             [] "" [];
            TagResource              tag_resource               [write idempotent] [] "{resourceArn}" [];
            UntagResource            untag_resource             [write idempotent] [] "{resourceArn}" [];
        }
        cloudwatch {
            // A dashboard's ARN names no region. Composite alarms need a permission on `*`, so reading alarms is not narrowed.
            DeleteAlarms              delete_alarms               [write read_back]  [] "alarm:{AlarmNames}" [];
            DeleteDashboards          delete_dashboards           [write read_back]  [] "dashboard/{DashboardNames}" [];
            DescribeAlarmContributors describe_alarm_contributors [read]             [] "" ["AlarmContributors"];
            DescribeAlarmHistory      describe_alarm_history      [read]             [] "" ["AlarmHistoryItems"];
            DescribeAlarms            describe_alarms             [read]             [] ""
                ["CompositeAlarms[].ActionsSuppressedBy", "CompositeAlarms[].ActionsSuppressedReason", "CompositeAlarms[].StateReason",
                 "CompositeAlarms[].StateReasonData", "CompositeAlarms[].StateTransitionedTimestamp",
                 "CompositeAlarms[].StateUpdatedTimestamp", "CompositeAlarms[].StateValue", "LogAlarms[].EvaluationState",
                 "LogAlarms[].StateReason", "LogAlarms[].StateReasonData", "LogAlarms[].StateTransitionedTimestamp",
                 "LogAlarms[].StateUpdatedTimestamp", "LogAlarms[].StateValue", "MetricAlarms[].EvaluationState",
                 "MetricAlarms[].StateReason", "MetricAlarms[].StateReasonData", "MetricAlarms[].StateTransitionedTimestamp",
                 "MetricAlarms[].StateUpdatedTimestamp", "MetricAlarms[].StateValue"];
            DescribeAlarmsForMetric   describe_alarms_for_metric  [read]             [] ""
                ["MetricAlarms[].EvaluationState", "MetricAlarms[].StateReason", "MetricAlarms[].StateReasonData",
                 "MetricAlarms[].StateTransitionedTimestamp", "MetricAlarms[].StateUpdatedTimestamp", "MetricAlarms[].StateValue"];
            DisableAlarmActions       disable_alarm_actions       [write idempotent] [] "alarm:{AlarmNames}" [];
            EnableAlarmActions        enable_alarm_actions        [write idempotent] [] "alarm:{AlarmNames}" [];
            GetDashboard              get_dashboard               [read]             [] "dashboard/{DashboardName}" [];
            GetMetricData             get_metric_data             [read]             [] "" ["MetricDataResults", "Messages"];
            GetMetricStatistics       get_metric_statistics       [read]             [] "" ["Datapoints"];
            ListDashboards            list_dashboards             [read]             [] "" [];
            ListMetrics               list_metrics                [read]             [] "" ["Metrics", "OwningAccounts"];
            ListTagsForResource       list_tags_for_resource      [read]             [] "{ResourceARN}" [];
            PutCompositeAlarm         put_composite_alarm         [write idempotent] ["cloudwatch:TagResource"] "" [];
            PutDashboard              put_dashboard               [write idempotent]
                ["cloudwatch:TagResource"] "dashboard/{DashboardName}" [];
            PutMetricAlarm            put_metric_alarm            [write idempotent] ["cloudwatch:TagResource"] "alarm:{AlarmName}" [];
            PutMetricData             put_metric_data             [write ask]        [] "" [];
            SetAlarmState             set_alarm_state             [write ask]        [] "alarm:{AlarmName}" [];
            TagResource               tag_resource                [write idempotent] [] "{ResourceARN}" [];
            UntagResource             untag_resource              [write idempotent] [] "{ResourceARN}" [];
        }
        ecr {
            // BatchGetImage is no read: it counts as a pull, by which lifecycle policies go, and may fill a pull-through cache.
            DescribeImages       describe_images       [read] [] "repository/{repositoryName}"
                ["imageDetails[].imageScanFindingsSummary", "imageDetails[].imageScanStatus", "imageDetails[].lastRecordedPullTime"];
            DescribeRepositories describe_repositories [read] [] "repository/{repositoryNames}" [];
            ListImages           list_images           [read] [] "repository/{repositoryName}" [];
        }
        elbv2 {
            // IAM narrows none of these reads.
            DescribeListeners             describe_listeners               [read] [] "" [];
            DescribeLoadBalancers         describe_load_balancers          [read] [] "" ["LoadBalancers[].State"];
            DescribeRules                 describe_rules                   [read] [] "" [];
            DescribeTargetGroupAttributes describe_target_group_attributes [read] [] "" [];
            DescribeTargetGroups          describe_target_groups           [read] [] "" [];
            DescribeTargetHealth          describe_target_health           [read] [] "" ["TargetHealthDescriptions"];
        }
        sts {
            GetCallerIdentity get_caller_identity [read] [] "" [];
        }
    } };
}

pub(crate) use operations;
