#!/usr/bin/env bash
# An operator's day with the aws CLI: look at a service, go back a revision, change a secret, restart, set the bounds
# of scaling. The commands stand as people type them; AWS_ENDPOINT_URL says which endpoint answers.
set -euo pipefail

# What runs?
aws ecs describe-services --cluster nest-wallet-cluster --services nest-wallet-service
aws ecs describe-services --cluster nest-wallet-cluster --services nest-wallet-service --query 'services[0].deployments'
aws ecs list-tasks --cluster nest-wallet-cluster --service nest-wallet-service
aws ecs describe-tasks --cluster nest-wallet-cluster \
  --tasks $(aws ecs list-tasks --cluster nest-wallet-cluster --service nest-wallet-service --query 'taskArns[]' --output text)

# What does it say? (`aws logs tail` is in version 2 of the CLI alone.)
aws logs describe-log-groups --log-group-name-prefix "/ecs/nest-wallet"
aws logs filter-log-events --log-group-name /ecs/nest-wallet --limit 50

# How does it scale? The option has two spellings, by version of the CLI.
aws application-autoscaling describe-scalable-targets --service-namespace ecs \
  --resource-id service/nest-wallet-cluster/nest-wallet-service 2>/dev/null ||
  aws application-autoscaling describe-scalable-targets --service-namespace ecs \
    --resource-ids service/nest-wallet-cluster/nest-wallet-service
aws application-autoscaling describe-scaling-policies --service-namespace ecs \
  --resource-id service/nest-wallet-cluster/nest-wallet-service

# What happened, and from which definition?
aws ecs describe-services --cluster nest-wallet-cluster --services nest-wallet-service --query 'services[0].events'
aws ecs describe-task-definition --task-definition nest-wallet-task

# Back to the revision before the newest.
previous=$(aws ecs list-task-definitions --family-prefix nest-wallet-task --sort DESC --query 'taskDefinitionArns[1]' --output text)
aws ecs update-service --cluster nest-wallet-cluster --service nest-wallet-service --task-definition "nest-wallet-task:${previous##*:}"

# Settings: those in the definition, and the secret.
aws ecs describe-task-definition --task-definition nest-wallet-task \
  --query 'taskDefinition.containerDefinitions[0].environment'
aws secretsmanager get-secret-value --secret-id nest-wallet-prod-secrets --query SecretString --output text | python3 -m json.tool
aws ecs update-service --cluster nest-wallet-cluster --service nest-wallet-service --force-new-deployment
aws secretsmanager update-secret --secret-id nest-wallet-prod-secrets --secret-string '{
    "NEXT_PUBLIC_API_URL": "https://new-api.blockbit.com",
    "NEXT_PUBLIC_API_BASE_URL": "https://new-api.blockbit.com/api"
  }'
aws ecs update-service --cluster nest-wallet-cluster --service nest-wallet-service --force-new-deployment

# Between two and ten tasks.
aws application-autoscaling register-scalable-target --service-namespace ecs \
  --resource-id service/nest-wallet-cluster/nest-wallet-service \
  --scalable-dimension ecs:service:DesiredCount --min-capacity 2 --max-capacity 10

# As many as keep the CPU at 70 %.
aws application-autoscaling put-scaling-policy --service-namespace ecs \
  --resource-id service/nest-wallet-cluster/nest-wallet-service \
  --scalable-dimension ecs:service:DesiredCount --policy-name nest-wallet-scale-up \
  --policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration '{
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" }
  }'

# A dashboard, and an alarm on the CPU.
cd "$(mktemp -d)"
cat >dashboard.json <<'J'
{"widgets":[{"type":"metric","x":0,"y":0,"width":12,"height":6,"properties":{
  "metrics":[["AWS/ECS","CPUUtilization","ServiceName","nest-wallet-service","ClusterName","nest-wallet-cluster"]],
  "period":300,"stat":"Average","region":"ap-northeast-2","title":"CPU"}}]}
J
aws cloudwatch put-dashboard --dashboard-name nest-wallet-monitoring --dashboard-body file://dashboard.json
aws cloudwatch put-metric-alarm --alarm-name nest-wallet-cpu-high --alarm-description "CPU usage is high" \
  --metric-name CPUUtilization --namespace AWS/ECS --statistic Average --period 300 --threshold 80 \
  --comparison-operator GreaterThanThreshold --evaluation-periods 2

aws ecs wait services-stable --cluster nest-wallet-cluster --services nest-wallet-service
echo "everything answered"
