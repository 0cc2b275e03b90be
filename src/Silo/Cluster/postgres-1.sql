-- Version 1 of what ClipOrleans keeps in PostgreSQL: the members of the cluster and the catalog of tenants and indexes.
-- It may be run again: it makes what is missing and changes nothing that is there, but for the queries, which are replaced.
-- Everything stands in a schema of its own, so that a database may serve other applications too.
--
-- Orleans takes its statements from "OrleansQuery", by key. Of a statement it relies on the names of the parameters and
-- of the columns that come back. A statement that answers how many rows it changed answers 0 when somebody else was
-- faster; the caller then reads again.

CREATE SCHEMA IF NOT EXISTS cliporleans;
SET LOCAL search_path = cliporleans;

CREATE TABLE IF NOT EXISTS schema_version (
    version    integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);

-- Grows with every change of a member. A change is made only by who has seen the newest.
CREATE TABLE IF NOT EXISTS membership (
    deployment varchar(150) PRIMARY KEY,
    version    integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS member (
    deployment varchar(150) NOT NULL REFERENCES membership ON DELETE CASCADE,
    address    varchar(45)  NOT NULL,
    port       integer      NOT NULL,
    generation integer      NOT NULL,
    silo_name  varchar(150) NOT NULL,
    host_name  varchar(255) NOT NULL,
    status     integer      NOT NULL,
    proxy_port integer      NOT NULL,
    suspects   text,
    started_at timestamptz  NOT NULL,
    alive_at   timestamptz  NOT NULL,
    PRIMARY KEY (deployment, address, port, generation)
);

-- One version for all states, never given out twice: a state that was removed and made anew is not taken for its predecessor.
CREATE SEQUENCE IF NOT EXISTS grain_state_version AS integer CYCLE;

CREATE TABLE IF NOT EXISTS grain_state (
    service    varchar(150) NOT NULL,
    kind       varchar(512) NOT NULL,
    key_high   bigint       NOT NULL,
    key_low    bigint       NOT NULL,
    key_text   varchar(512) NOT NULL,
    version    integer      NOT NULL,
    payload    bytea,
    changed_at timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (service, kind, key_text, key_high, key_low)
);

CREATE TABLE IF NOT EXISTS OrleansQuery (
    QueryKey  varchar(64) PRIMARY KEY,
    QueryText varchar(8000) NOT NULL
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES

('InsertMembershipVersionKey', $query$
    WITH added AS (
        INSERT INTO membership (deployment) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$query$),

('InsertMembershipKey', $query$
    WITH newest AS (
        UPDATE membership SET version = version + 1, changed_at = now()
        WHERE deployment = @DeploymentId AND version = @Version
          AND NOT EXISTS (
              SELECT 1 FROM member
              WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deployment),
    added AS (
        INSERT INTO member (deployment, address, port, generation, silo_name, host_name, status, proxy_port, started_at, alive_at)
        SELECT deployment, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM newest
        RETURNING 1)
    SELECT count(*)::integer FROM added
$query$),

('UpdateMembershipKey', $query$
    WITH newest AS (
        UPDATE membership SET version = version + 1, changed_at = now()
        WHERE deployment = @DeploymentId AND version = @Version
          AND EXISTS (
              SELECT 1 FROM member
              WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deployment),
    changed AS (
        UPDATE member SET status = @Status, suspects = @SuspectTimes::text, alive_at = @IAmAliveTime
        FROM newest
        WHERE member.deployment = newest.deployment AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$query$),

('UpdateIAmAlivetimeKey', $query$
    UPDATE member SET alive_at = @IAmAliveTime
    WHERE deployment = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),

('MembershipReadAllKey', $query$
    SELECT membership.deployment AS DeploymentId, address AS Address, port AS Port, generation AS Generation,
           silo_name AS SiloName, host_name AS HostName, status AS Status, proxy_port AS ProxyPort,
           suspects AS SuspectTimes, started_at AS StartTime, alive_at AS IAmAliveTime, version AS Version
    FROM membership LEFT JOIN member ON member.deployment = membership.deployment
    WHERE membership.deployment = @DeploymentId
$query$),

('MembershipReadRowKey', $query$
    SELECT membership.deployment AS DeploymentId, address AS Address, port AS Port, generation AS Generation,
           silo_name AS SiloName, host_name AS HostName, status AS Status, proxy_port AS ProxyPort,
           suspects AS SuspectTimes, started_at AS StartTime, alive_at AS IAmAliveTime, version AS Version
    FROM membership
    LEFT JOIN member ON member.deployment = membership.deployment
         AND address = @Address AND port = @Port AND generation = @Generation
    WHERE membership.deployment = @DeploymentId
$query$),

('GatewaysQueryKey', $query$
    SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
    FROM member
    WHERE deployment = @DeploymentId AND status = @Status AND proxy_port > 0
$query$),

('DeleteMembershipTableEntriesKey', $query$
    DELETE FROM membership WHERE deployment = @DeploymentId
$query$),

-- 3 is "active": a member that should be there is left to its neighbours, who vote.
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM member WHERE deployment = @DeploymentId AND status <> 3 AND greatest(alive_at, started_at) < @IAmAliveTime
$query$),

-- No answer, or the version that the caller had: somebody else has written meanwhile.
('WriteToStorageKey', $query$
    WITH added AS (
        INSERT INTO grain_state (service, kind, key_high, key_low, key_text, version, payload)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''),
               nextval('grain_state_version')::integer, @PayloadBinary::bytea
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version),
    changed AS (
        UPDATE grain_state SET payload = @PayloadBinary::bytea, version = nextval('grain_state_version')::integer, changed_at = now()
        WHERE service = @ServiceId AND kind = @GrainTypeString AND key_high = @GrainIdN0 AND key_low = @GrainIdN1
          AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
        RETURNING version)
    SELECT coalesce((SELECT version FROM added), (SELECT version FROM changed), @GrainStateVersion::integer) AS NewGrainStateVersion
$query$),

('ReadFromStorageKey', $query$
    SELECT payload AS PayloadBinary, version AS Version
    FROM grain_state
    WHERE service = @ServiceId AND kind = @GrainTypeString AND key_high = @GrainIdN0 AND key_low = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString::text, '')
$query$),

('ClearStorageKey', $query$
    UPDATE grain_state SET payload = NULL, version = nextval('grain_state_version')::integer, changed_at = now()
    WHERE service = @ServiceId AND kind = @GrainTypeString AND key_high = @GrainIdN0 AND key_low = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
    RETURNING version AS NewGrainStateVersion
$query$),

('DeleteStorageKey', $query$
    DELETE FROM grain_state
    WHERE service = @ServiceId AND kind = @GrainTypeString AND key_high = @GrainIdN0 AND key_low = @GrainIdN1
      AND key_text = coalesce(@GrainIdExtensionString::text, '') AND version = @GrainStateVersion::integer
    RETURNING nextval('grain_state_version')::integer AS NewGrainStateVersion
$query$)

ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO schema_version (version) VALUES (1) ON CONFLICT DO NOTHING;
