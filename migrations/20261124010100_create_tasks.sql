select journal_add_aggregate_type('task');

-- Work for people, as they look for it. Template of version 1, and its first build.
create schema tasks_v1;

create table tasks_v1.tasks (
  task_id         text collate "C" not null,
  organization_id text collate "C" not null,
  slot            smallint not null,
  run_id          text collate "C" not null,
  node_id         text collate "C" not null,
  workflow_id     text collate "C" not null,
  title           text not null,
  priority        text collate "C" not null,
  status          text collate "C" not null,
  assignee        text, -- whose it is
  person          text, -- whom it is meant for, or which role or queue; none of them: anyone
  role            text,
  queue           text,
  due_at          timestamptz not null,
  expires_at      timestamptz not null,
  escalated       boolean not null,
  settled_by      text,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  settled_at      timestamptz,
  reminders       timestamptz[] not null,
  reminded        integer not null,
  escalates_at    timestamptz,
  prompt_at       timestamptz, -- when it next reminds, escalates or ends
  last_position   bigint not null,
  last_sequence   bigint not null,
  constraint tasks_pkey primary key (task_id),
  constraint tasks_status_check check (status in
    ('created', 'assigned', 'in_progress', 'completed', 'rejected', 'cancelled', 'expired')),
  constraint tasks_priority_check check (priority in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'))
) with (fillfactor = 80);
-- Task ids begin with their run's time: the latest first is the id's order backwards.
create index tasks_organization_idx on tasks_v1.tasks (organization_id, task_id);
create index tasks_open_idx on tasks_v1.tasks (organization_id, task_id)
 where status in ('created', 'assigned', 'in_progress');
create index tasks_assignee_idx on tasks_v1.tasks (organization_id, assignee, task_id)
 where assignee is not null;
create index tasks_run_idx on tasks_v1.tasks (run_id);
create index tasks_prompt_idx on tasks_v1.tasks (slot, prompt_at) where prompt_at is not null;

select projection_launch('tasks', 1);
