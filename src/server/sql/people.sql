-- SPDX-License-Identifier: GPL-3.0-or-later
-- Workers, assignments, devices, replicas, enrolment and sessions.

-- :name worker-get
SELECT id, name, role, org_code, grid_code, active FROM worker WHERE id = :id;

-- :name worker-put
INSERT INTO worker (id, name, role, org_code, grid_code, active)
VALUES (:id, :name, :role, :org_code, :grid_code, 1)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
  org_code = excluded.org_code, grid_code = excluded.grid_code, active = 1;

-- :name worker-set-active
UPDATE worker SET active = :active WHERE id = :id;

-- :name worker-all
SELECT w.id, w.name, w.role, w.org_code, w.grid_code, w.active,
  (SELECT count(*) FROM replica r JOIN device d ON d.id = r.device
   WHERE r.worker = w.id AND d.state = 'active' AND d.id <> 'console') AS devices
FROM worker w ORDER BY w.id;

-- :name worker-of-town
SELECT id FROM worker WHERE org_code = :org_code AND role = :role AND active = 1 ORDER BY id LIMIT 1;

-- :name assign-open
SELECT scope, role, from_ms FROM assign WHERE worker = :worker AND to_ms IS NULL ORDER BY scope;

-- :name assign-all
SELECT scope, role, from_ms, coalesce(to_ms, 9007199254740991) AS to_ms
FROM assign WHERE worker = :worker ORDER BY from_ms;

-- :name assign-add
INSERT INTO assign (worker, scope, from_ms, to_ms, role)
VALUES (:worker, :scope, :from_ms, NULL, :role)
ON CONFLICT (worker, scope, from_ms) DO UPDATE SET to_ms = NULL, role = excluded.role;

-- :name assign-end
UPDATE assign SET to_ms = :to_ms WHERE worker = :worker AND scope = :scope AND to_ms IS NULL;

-- :name assign-any
SELECT count(*) AS n FROM assign WHERE worker = :worker;

-- :name device-get
SELECT id, public_key, state, wipe FROM device WHERE id = :id;

-- :name device-by-key
SELECT id, state FROM device WHERE public_key = :public_key;

-- :name device-add
INSERT INTO device (id, public_key, model, os, app, state, enrolled_ms)
VALUES (:id, :public_key, :model, :os, :app, 'active', :enrolled_ms);

-- :name device-update
UPDATE device SET model = :model, os = :os, app = :app WHERE id = :id;

-- :name device-set-state
UPDATE device SET state = :state, wipe = :wipe, wipe_told_ms = NULL
WHERE id = :id AND id <> 'console';

-- :name device-wipe-told
UPDATE device SET wipe_told_ms = :now_ms WHERE id = :id AND wipe_told_ms IS NULL;

-- :name device-all
SELECT d.id, d.model, d.os, coalesce(r.app, d.app) AS app, d.state, d.wipe, d.wipe_told_ms,
  d.enrolled_ms, r.id AS replica, r.worker, w.name, r.last_seq, r.durable_seq, r.n_waiting,
  r.n_photos, r.seen_ms
FROM device d JOIN replica r ON r.device = d.id JOIN worker w ON w.id = r.worker
WHERE d.id <> 'console' ORDER BY d.enrolled_ms, d.id, r.created_ms;

-- :name replica-get
-- :locks
SELECT r.id, r.device, r.worker, r.last_seq, r.last_hash, r.last_at_ms, r.durable_seq, r.moved_from
FROM replica r WHERE r.id = :id;

-- :name bundle-sender
SELECT r.worker, r.device, d.public_key, d.state, w.org_code
FROM replica r JOIN device d ON d.id = r.device JOIN worker w ON w.id = r.worker
WHERE r.id = :replica;

-- :name replica-contact
SELECT seen_ms, app, n_waiting, n_photos FROM replica WHERE id = :id;

-- :name replica-of-device
SELECT id FROM replica WHERE device = :device AND worker = :worker ORDER BY created_ms LIMIT 1;

-- :name replica-add
INSERT INTO replica (id, device, worker, last_hash, created_ms)
VALUES (:id, :device, :worker, :last_hash, :created_ms);

-- :name replica-advance
UPDATE replica SET last_seq = :last_seq, last_hash = :last_hash, last_at_ms = :last_at_ms,
  seen_ms = :seen_ms
WHERE id = :id;

-- :name replica-touch
UPDATE replica SET seen_ms = :seen_ms, app = :app, n_waiting = :n_waiting, n_photos = :n_photos
WHERE id = :id;

-- :name replica-seen
UPDATE replica SET seen_ms = :seen_ms WHERE id = :id;

-- :name replica-all
SELECT id, worker, last_seq, last_hash, durable_seq FROM replica ORDER BY id;

-- :name replica-set-durable
UPDATE replica SET durable_seq = :durable_seq WHERE id = :id AND durable_seq < :durable_seq;

-- :name enrolment-add
INSERT INTO enrolment (code_hash, worker, created_ms, expires_ms)
VALUES (:code_hash, :worker, :created_ms, :expires_ms);

-- :name enrolment-get
-- :locks
SELECT worker, expires_ms, used_ms, public_key, replica FROM enrolment WHERE code_hash = :code_hash;

-- :name enrolment-use
UPDATE enrolment SET used_ms = :used_ms, public_key = :public_key, replica = :replica
WHERE code_hash = :code_hash;

-- :name enrolment-expire
DELETE FROM enrolment WHERE expires_ms < :before_ms;

-- :name challenge-add
INSERT INTO challenge (nonce, device, expires_ms) VALUES (:nonce, :device, :expires_ms);

-- :name challenge-take
DELETE FROM challenge WHERE nonce = :nonce AND device = :device AND expires_ms > :now_ms;

-- :name challenge-expire
DELETE FROM challenge WHERE expires_ms < :before_ms;

-- :name session-add
INSERT INTO session (token_hash, replica, expires_ms) VALUES (:token_hash, :replica, :expires_ms);

-- :name session-get
SELECT s.expires_ms, r.id AS replica, r.device, r.worker, d.state, d.public_key, w.role
FROM session s JOIN replica r ON r.id = s.replica JOIN device d ON d.id = r.device
JOIN worker w ON w.id = r.worker
WHERE s.token_hash = :token_hash;

-- :name session-drop
DELETE FROM session WHERE token_hash = :token_hash;

-- :name session-drop-device
DELETE FROM session WHERE replica IN (SELECT id FROM replica WHERE device = :device);

-- :name session-expire
DELETE FROM session WHERE expires_ms < :before_ms;

-- :name throttle-get
SELECT n FROM throttle WHERE address = :address AND since_ms >= :before_ms;

-- :name throttle-count
INSERT INTO throttle (address, since_ms, n) VALUES (:address, :now_ms, 1)
ON CONFLICT (address) DO UPDATE SET
  n = CASE WHEN throttle.since_ms < :before_ms THEN 1 ELSE throttle.n + 1 END,
  since_ms = CASE WHEN throttle.since_ms < :before_ms THEN excluded.since_ms
    ELSE throttle.since_ms END
RETURNING n;

-- :name throttle-expire
DELETE FROM throttle WHERE since_ms < :before_ms;

-- :name replica-count
SELECT count(*) AS n FROM replica;

-- :name device-console
INSERT INTO device (id, public_key, model, state, enrolled_ms)
VALUES ('console', 'console', 'console', 'active', :enrolled_ms) ON CONFLICT DO NOTHING;
