-- Which node works on a target. `fence` rises with each change of hands; `until` is a time of the database's clock, 0 when
-- the lease was given back. As `fence` stands in a unique index, changing it locks the row against the commits that check
-- it, while renewing (`until` alone) does not disturb them.
CREATE TABLE leases (
    target TEXT   NOT NULL PRIMARY KEY,
    node   TEXT   NOT NULL,
    fence  BIGINT NOT NULL,
    until  BIGINT NOT NULL,
    UNIQUE (target, fence)
);
