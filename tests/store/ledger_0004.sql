BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE brought (
	number INTEGER NOT NULL,
	round TEXT NOT NULL,
	mail VARCHAR(64) NOT NULL,
	part INTEGER NOT NULL,
	message_id TEXT NOT NULL,
	sender TEXT NOT NULL,
	subject TEXT NOT NULL,
	received_at DATETIME NOT NULL,
	name TEXT NOT NULL,
	outcome TEXT NOT NULL,
	reason TEXT NOT NULL,
	owner TEXT,
	sha256 VARCHAR(64),
	path TEXT,
	settled_by TEXT,
	settled_at DATETIME,
	PRIMARY KEY (number),
	UNIQUE (round, mail, part)
);
CREATE TABLE decisions (
	number INTEGER NOT NULL,
	round TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	owner TEXT,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_at DATETIME NOT NULL,
	form TEXT,
	PRIMARY KEY (number),
	FOREIGN KEY(round, path, sha256) REFERENCES receipts (round, path, sha256)
);
INSERT INTO "decisions" VALUES(1,'2027-plan','inbox/2027-plan/UBN.xlsx','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','UBN','assign','fel år','Anna','2026-11-30 12:00:00.000250','annual_plan');
CREATE TABLE issues (
	number INTEGER NOT NULL,
	issue_id TEXT NOT NULL,
	round TEXT NOT NULL,
	owner TEXT NOT NULL,
	form TEXT NOT NULL,
	version INTEGER NOT NULL,
	profile TEXT,
	language TEXT NOT NULL,
	created_at DATETIME NOT NULL,
	file_name TEXT NOT NULL,
	prefill_hash VARCHAR(64) NOT NULL,
	issued_by TEXT,
	PRIMARY KEY (number),
	UNIQUE (issue_id),
	FOREIGN KEY(prefill_hash) REFERENCES prefills (hash)
);
INSERT INTO "issues" VALUES(1,'i-1','2027-plan','UBN','annual_plan',1,NULL,'sv','2026-11-30 12:00:00.000250','UBN.xlsx','a80fbfeff9a4b5cd6f4c7019c94ef1135e4b44ddea330b3791eca23ae633967f','Anna');
CREATE TABLE mails (
	number INTEGER NOT NULL,
	round TEXT NOT NULL,
	kind TEXT NOT NULL,
	owner TEXT NOT NULL,
	about TEXT NOT NULL,
	message_id TEXT NOT NULL,
	recipients TEXT NOT NULL,
	subject TEXT NOT NULL,
	state TEXT NOT NULL,
	reply TEXT NOT NULL,
	begun_at DATETIME NOT NULL,
	ended_at DATETIME,
	PRIMARY KEY (number),
	UNIQUE (round, kind, owner, about)
);
CREATE TABLE numbers (
	owner TEXT NOT NULL,
	series TEXT NOT NULL,
	first INTEGER NOT NULL,
	last INTEGER NOT NULL,
	round TEXT NOT NULL,
	PRIMARY KEY (owner, series, first)
);
INSERT INTO "numbers" VALUES('UBN','M',1,30,'2027-plan');
CREATE TABLE prefills (
	hash VARCHAR(64) NOT NULL,
	content BLOB NOT NULL,
	PRIMARY KEY (hash)
);
INSERT INTO "prefills" VALUES('a80fbfeff9a4b5cd6f4c7019c94ef1135e4b44ddea330b3791eca23ae633967f',X'7801AB56CA2FCF4B2D52B252500A75F253AA05002CD804EB');
CREATE TABLE receipts (
	round TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	size BIGINT NOT NULL,
	received_at DATETIME NOT NULL,
	origin TEXT,
	PRIMARY KEY (round, path, sha256)
);
INSERT INTO "receipts" VALUES('2027-plan','inbox/2027-plan/UBN.xlsx','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',10,'2026-11-30 12:00:00.000250','ubn@botkyrka.example');
CREATE TABLE verdicts (
	number INTEGER NOT NULL,
	round TEXT NOT NULL,
	path TEXT NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	owner TEXT,
	verdict TEXT NOT NULL,
	errors INTEGER NOT NULL,
	warnings INTEGER NOT NULL,
	forms TEXT NOT NULL,
	program TEXT NOT NULL,
	judged_at DATETIME NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(round, path, sha256) REFERENCES receipts (round, path, sha256)
);
INSERT INTO "verdicts" VALUES(1,'2027-plan','inbox/2027-plan/UBN.xlsx','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','UBN','rejected',2,1,'annual_plan 1','0.1.0','2026-11-30 12:00:00.000250');
CREATE INDEX ix_issues_round_owner ON issues (round, owner);
CREATE INDEX ix_verdicts_round_path ON verdicts (round, path);
CREATE INDEX ix_decisions_round ON decisions (round);
COMMIT;
