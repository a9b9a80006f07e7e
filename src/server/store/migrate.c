/* migrate.c: the schema, as numbered steps; the store keeps the number of the last one applied. Layer: server. */
#include "server/store/sql.h"

#include "tccc/error.h"

#include <stdio.h>

/* Never change a step that was released: add one. */
static const char *const steps[] = {
    /* 1 */
    "CREATE TABLE app (app_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE agent (app_id INTEGER NOT NULL REFERENCES app, user_id TEXT NOT NULL CHECK (length(user_id) > 0),"
    " name TEXT NOT NULL, staff_number TEXT NOT NULL, phone TEXT NOT NULL, PRIMARY KEY (app_id, user_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE skill_group (id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, name TEXT NOT NULL,"
    " UNIQUE (app_id, name)) STRICT;"
    "CREATE TABLE member (group_id INTEGER NOT NULL REFERENCES skill_group ON DELETE CASCADE, app_id INTEGER NOT NULL,"
    " user_id TEXT NOT NULL, priority INTEGER NOT NULL, PRIMARY KEY (group_id, app_id, user_id),"
    " FOREIGN KEY (app_id, user_id) REFERENCES agent ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE TABLE trunk (name TEXT PRIMARY KEY, host TEXT NOT NULL, port INTEGER NOT NULL, transport INTEGER NOT NULL,"
    " username TEXT NOT NULL, password TEXT NOT NULL, from_domain TEXT NOT NULL, registers INTEGER NOT NULL,"
    " srtp INTEGER NOT NULL, allow TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE number (app_id INTEGER NOT NULL REFERENCES app, number TEXT NOT NULL,"
    " trunk TEXT NOT NULL REFERENCES trunk ON UPDATE CASCADE, inbound INTEGER NOT NULL, outbound INTEGER NOT NULL,"
    " group_id INTEGER REFERENCES skill_group, PRIMARY KEY (number, app_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE extension (extension TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, user_id TEXT NOT NULL,"
    " realm TEXT NOT NULL, ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE secret (secret_id TEXT PRIMARY KEY, secret_key TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE token (hash TEXT PRIMARY KEY, app_id INTEGER NOT NULL, user_id TEXT NOT NULL, expires_s INTEGER NOT NULL,"
    " used INTEGER NOT NULL DEFAULT 0, FOREIGN KEY (app_id, user_id) REFERENCES agent ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "CREATE INDEX token_expires ON token (expires_s);"
    "CREATE TABLE call (session_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, inbound INTEGER NOT NULL,"
    " caller TEXT NOT NULL, callee TEXT NOT NULL, user_id TEXT NOT NULL, uui TEXT NOT NULL, start_ms INTEGER NOT NULL,"
    " ring_ms INTEGER NOT NULL, answer_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL,"
    " closed_by TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX call_start ON call (app_id, start_ms);",
    /* 2 */
    "ALTER TABLE trunk ADD COLUMN qualify_s INTEGER NOT NULL DEFAULT 0;",
    /* 3: agents, groups and lines of the contact centre */
    "ALTER TABLE agent ADD COLUMN nick TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE agent ADD COLUMN role INTEGER NOT NULL DEFAULT 3 CHECK (role BETWEEN 1 AND 3);"
    "ALTER TABLE agent ADD COLUMN mobile_accept INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN mobile_call_out INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN forward INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN forward_to INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN forward_target TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE agent ADD COLUMN forbidden INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN password TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE agent ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE agent ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE skill_group ADD COLUMN type INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE skill_group ADD COLUMN max_concurrency INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE skill_group ADD COLUMN ring_all INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE skill_group ADD COLUMN alias TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE skill_group ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX member_agent ON member (app_id, user_id);"
    "CREATE TABLE flow (id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " published INTEGER NOT NULL, version INTEGER NOT NULL, updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE flow_document (flow_id INTEGER NOT NULL REFERENCES flow ON DELETE CASCADE, version INTEGER NOT NULL,"
    " document TEXT NOT NULL, PRIMARY KEY (flow_id, version)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE sound (id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, name TEXT NOT NULL, file TEXT NOT NULL,"
    " original TEXT NOT NULL, state INTEGER NOT NULL, bytes INTEGER NOT NULL, duration_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, UNIQUE (app_id, name)) STRICT;"
    "ALTER TABLE number ADD COLUMN flow_id INTEGER REFERENCES flow;"
    "ALTER TABLE number ADD COLUMN call_in_url TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE number ADD COLUMN state INTEGER NOT NULL DEFAULT 1;"
    "CREATE INDEX number_flow ON number (flow_id);"
    "CREATE TABLE number_group (app_id INTEGER NOT NULL, number TEXT NOT NULL, n INTEGER NOT NULL,"
    " group_id INTEGER NOT NULL REFERENCES skill_group ON DELETE CASCADE, PRIMARY KEY (number, app_id, n),"
    " FOREIGN KEY (number, app_id) REFERENCES number ON DELETE CASCADE) STRICT, WITHOUT ROWID;"
    "INSERT INTO number_group (app_id, number, n, group_id) SELECT app_id, number, 0, group_id FROM number"
    " WHERE outbound<>0 AND group_id IS NOT NULL;"
    "ALTER TABLE extension ADD COLUMN name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE extension ADD COLUMN password TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE extension ADD COLUMN groups TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE extension ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE extension ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX extension_agent ON extension (app_id, user_id);"
    "ALTER TABLE secret ADD COLUMN app_id INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE secret ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE status (id INTEGER PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, user_id TEXT NOT NULL,"
    " status TEXT NOT NULL, reason TEXT NOT NULL, session_id TEXT NOT NULL, from_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX status_agent ON status (app_id, user_id, from_ms);"
    "CREATE TABLE setting (app_id INTEGER NOT NULL REFERENCES app, section TEXT NOT NULL, document TEXT NOT NULL,"
    " PRIMARY KEY (app_id, section)) STRICT, WITHOUT ROWID;",
    /* 4: call records, recordings, pushes */
    "CREATE TABLE cdr (session_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, type INTEGER NOT NULL,"
    " inbound INTEGER NOT NULL, caller TEXT NOT NULL, callee TEXT NOT NULL, protected_caller TEXT NOT NULL,"
    " protected_callee TEXT NOT NULL, user_id TEXT NOT NULL, queued_group_id INTEGER NOT NULL, queued_group_name TEXT NOT NULL,"
    " uui TEXT NOT NULL, remark TEXT NOT NULL, start_ms INTEGER NOT NULL, queued_ms INTEGER NOT NULL, ring_ms INTEGER NOT NULL,"
    " accept_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL, hung_up_by INTEGER NOT NULL,"
    " record_id TEXT NOT NULL, flow_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX cdr_start ON cdr (app_id, start_ms);"
    "CREATE INDEX cdr_caller ON cdr (caller, start_ms);"
    "CREATE INDEX cdr_callee ON cdr (callee, start_ms);"
    "CREATE TABLE cdr_step (session_id TEXT NOT NULL REFERENCES cdr ON DELETE CASCADE, n INTEGER NOT NULL, type INTEGER NOT NULL,"
    " user_id TEXT NOT NULL, phone TEXT NOT NULL, extension TEXT NOT NULL, group_id INTEGER NOT NULL, group_name TEXT NOT NULL,"
    " group_priority INTEGER NOT NULL, start_ms INTEGER NOT NULL, ring_ms INTEGER NOT NULL, accept_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL, transfer_from TEXT NOT NULL, transfer_to TEXT NOT NULL, transfer_from_type INTEGER NOT NULL,"
    " transfer_to_type INTEGER NOT NULL, end_status INTEGER NOT NULL, record_id TEXT NOT NULL, PRIMARY KEY (session_id, n))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX cdr_step_agent ON cdr_step (user_id, accept_ms);"
    "CREATE TABLE cdr_key (session_id TEXT NOT NULL REFERENCES cdr ON DELETE CASCADE, n INTEGER NOT NULL, key TEXT NOT NULL,"
    " label TEXT NOT NULL, node TEXT NOT NULL, at_ms INTEGER NOT NULL, after_call INTEGER NOT NULL, PRIMARY KEY (session_id, n))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE cdr_event (session_id TEXT NOT NULL REFERENCES cdr ON DELETE CASCADE, n INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " type TEXT NOT NULL, user_id TEXT NOT NULL, PRIMARY KEY (session_id, n)) STRICT, WITHOUT ROWID;"
    "INSERT INTO cdr SELECT session_id, app_id, CASE inbound WHEN 0 THEN 1 ELSE 2 END, inbound, caller, callee, '', '', user_id, 0, '',"
    " uui, '', start_ms, 0, ring_ms, answer_ms, end_ms, end_status,"
    " CASE closed_by WHEN 'client' THEN 1 WHEN 'seat' THEN 2 ELSE 0 END, '', 0 FROM call;"
    "INSERT INTO cdr_step SELECT session_id, 0, CASE inbound WHEN 0 THEN 1 ELSE 0 END, user_id, '', '', 0, '', 0, start_ms, ring_ms,"
    " answer_ms, end_ms, '', '', -1, -1, end_status, '' FROM call WHERE user_id<>'';"
    "DROP TABLE call;"
    "CREATE TABLE recording (record_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, session_id TEXT NOT NULL,"
    " kind INTEGER NOT NULL, endpoint TEXT NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL, duration_ms INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, custom_url TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX recording_session ON recording (session_id);"
    "CREATE INDEX recording_app ON recording (app_id, created_ms);"
    "CREATE INDEX recording_expires ON recording (expires_ms);"
    "CREATE TABLE push (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, app_id INTEGER NOT NULL REFERENCES app, kind TEXT NOT NULL,"
    " session_id TEXT NOT NULL,"
    " state INTEGER NOT NULL, tries INTEGER NOT NULL, created_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL,"
    " last_error TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
    "CREATE INDEX push_due ON push (app_id, created_ms) WHERE state=0;"
    "CREATE INDEX push_next ON push (next_ms) WHERE state=0;"
    "CREATE INDEX push_app ON push (app_id, state, created_ms);",
    /* 5: searching records by agent and group without reading every record of the time */
    "CREATE INDEX cdr_agent ON cdr (user_id, start_ms);"
    "CREATE INDEX cdr_group ON cdr (queued_group_id, start_ms);"
    "CREATE INDEX cdr_step_start ON cdr_step (user_id, start_ms);"
    "CREATE INDEX cdr_step_group ON cdr_step (group_id, start_ms);",
    /* 6: channels of visitors, chats */
    "CREATE TABLE channel (id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, name TEXT NOT NULL,"
    " flow_id INTEGER REFERENCES flow, group_id INTEGER REFERENCES skill_group ON DELETE SET NULL, welcome TEXT NOT NULL,"
    " origins TEXT NOT NULL, types INTEGER NOT NULL, enabled INTEGER NOT NULL, modified_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX channel_app ON channel (app_id);"
    "CREATE INDEX channel_flow ON channel (flow_id);"
    "CREATE TABLE chat (session_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, visitor_id TEXT NOT NULL,"
    " channel_id TEXT NOT NULL, channel_name TEXT NOT NULL, nickname TEXT NOT NULL, avatar TEXT NOT NULL, remark TEXT NOT NULL,"
    " client_data TEXT NOT NULL, user_id TEXT NOT NULL, group_id INTEGER NOT NULL, group_name TEXT NOT NULL, start_ms INTEGER NOT NULL,"
    " queued_ms INTEGER NOT NULL, accept_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL,"
    " closed_by INTEGER NOT NULL, client_read INTEGER NOT NULL, seat_read INTEGER NOT NULL, score INTEGER NOT NULL,"
    " comment TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX chat_start ON chat (app_id, start_ms);"
    "CREATE INDEX chat_visitor ON chat (visitor_id, start_ms);"
    "CREATE INDEX chat_running ON chat (start_ms) WHERE end_ms=0;"
    "CREATE TABLE chat_step (session_id TEXT NOT NULL REFERENCES chat ON DELETE CASCADE, n INTEGER NOT NULL, user_id TEXT NOT NULL,"
    " group_id INTEGER NOT NULL, group_name TEXT NOT NULL, start_ms INTEGER NOT NULL, accept_ms INTEGER NOT NULL,"
    " end_ms INTEGER NOT NULL, end_status INTEGER NOT NULL, transfer_to TEXT NOT NULL, PRIMARY KEY (session_id, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chat_message (session_id TEXT NOT NULL REFERENCES chat ON DELETE CASCADE, seq INTEGER NOT NULL, sender INTEGER NOT NULL,"
    " user_id TEXT NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL, file_id TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
    " mime TEXT NOT NULL, time_ms INTEGER NOT NULL, client_id TEXT NOT NULL, PRIMARY KEY (session_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX chat_message_client ON chat_message (session_id, client_id) WHERE client_id<>'';"
    "CREATE TABLE chat_file (file_id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, session_id TEXT NOT NULL,"
    " name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL, there INTEGER NOT NULL, created_ms INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX chat_file_session ON chat_file (session_id);",
    /* 7: number mapping: what agents see of a customer's number */
    "CREATE TABLE protected_number (app_id INTEGER NOT NULL REFERENCES app, number TEXT NOT NULL, mask TEXT NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY (app_id, number)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX protected_number_shown ON protected_number (app_id, mask, n);",
    /* 8: what a key may do; those of before stay administrators' */
    "ALTER TABLE secret ADD COLUMN role INTEGER NOT NULL DEFAULT 0;",
    /* 9: what goes on after a restart: seats, and chats that are running */
    "CREATE TABLE seat (id TEXT PRIMARY KEY, app_id INTEGER NOT NULL REFERENCES app, is_visitor INTEGER NOT NULL, name TEXT NOT NULL,"
    " resume TEXT NOT NULL, earlier TEXT NOT NULL, tab TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,"
    " microphone INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE chat_place (session_id TEXT PRIMARY KEY REFERENCES chat ON DELETE CASCADE, phase TEXT NOT NULL, holder TEXT NOT NULL,"
    " only_agent TEXT NOT NULL, handed_by TEXT NOT NULL, transferring INTEGER NOT NULL, home_group_id INTEGER NOT NULL,"
    " target TEXT NOT NULL, waits_since_ms INTEGER NOT NULL, queue_end_ms INTEGER NOT NULL, offer_end_ms INTEGER NOT NULL,"
    " rejected INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    /* 10: flows of chats */
    "ALTER TABLE chat ADD COLUMN language TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chat ADD COLUMN flow_id INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE chat ADD COLUMN left_seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE chat ADD COLUMN satisfaction_key TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chat ADD COLUMN satisfaction_label TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chat_message ADD COLUMN options TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chat_place ADD COLUMN flow_version INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE chat_place ADD COLUMN flow_state TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE chat_place ADD COLUMN flow_seq INTEGER NOT NULL DEFAULT 0;",
    /* 11: when an app was made and renamed, the call-in interface of inner numbers */
    "ALTER TABLE app ADD COLUMN created_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE app ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE extension ADD COLUMN call_in_url TEXT NOT NULL DEFAULT '';",
};

enum { N_STEPS = sizeof steps / sizeof *steps };

int migrate(store *s, char *err, size_t capacity) {
    int version = -1;
    int error = s->driver->version(s, &version);
    if (!error && version > N_STEPS) { /* touching it could lose what the newer tcccd knows */
        snprintf(err, capacity, "The store was written by a newer tcccd (schema %d; this one knows %d): use that one.", version, N_STEPS);
        return TCCC_E_IO;
    }
    for (; !error && version < N_STEPS; version++) error = s->driver->upgrade(s, version + 1, steps[version]);
    if (error) snprintf(err, capacity, "The store cannot be brought up to date, step %d; see the log.", version);
    return error;
}
