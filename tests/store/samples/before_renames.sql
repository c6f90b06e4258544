-- A database as mjbot had it before tables, columns and stored values got their present names,
-- with something in every table. Written by the code of commit 97ff212, dumped by `sqlite3.iterdump`.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'mjbot','first_tables','2025-12-31 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'mjbot','lineage_and_counted_presses','2025-12-31 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'mjbot','choices_of_guilds','2025-12-31 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'mjbot','kinds_of_action_that_are_not_offered','2025-12-31 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'mjbot','indexes_for_forgetting','2025-12-31 00:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'mjbot','uses_of_the_last_hour','2025-12-31 00:00:00+00:00');
CREATE TABLE "guilds" (
   "guild_id" INTEGER PRIMARY KEY,
   "presses" TEXT,
   "role_id" INTEGER
);
INSERT INTO "guilds" VALUES(100000000000000001,'role',600000000000000006);
CREATE TABLE "lineage" (
   "child_id" TEXT PRIMARY KEY,
   "parent_id" TEXT,
   "label" TEXT,
   "at" REAL,
   "guild_id" INTEGER,
   "channel_id" INTEGER,
   "message_id" INTEGER
);
INSERT INTO "lineage" VALUES('1730618215930064','1730618103477921','U1',1767225548.0,100000000000000001,200000000000000002,300000000000000008);
CREATE TABLE "named" (
   "name" TEXT PRIMARY KEY,
   "value" TEXT
);
INSERT INTO "named" VALUES('hook_token','token-of-the-webhook');
INSERT INTO "named" VALUES('commands:500000000000000005','0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE "presses" (
   "task_id" TEXT,
   "action" TEXT,
   "user_id" INTEGER,
   "at" REAL,
   "state" TEXT,
   "child_id" TEXT,
   "guild_id" INTEGER,
   "channel_id" INTEGER,
   "message_id" INTEGER, "number" INTEGER NOT NULL DEFAULT 1,
   PRIMARY KEY ("task_id", "action")
);
INSERT INTO "presses" VALUES('1730618103477921','90f38c3fea3b',400000000000000004,1767225570.0,'accepted','1730618215930064',100000000000000001,200000000000000002,300000000000000008,1);
INSERT INTO "presses" VALUES('1730618103477921','60d13bd96e03',400000000000000004,1767225571.0,'refused',NULL,NULL,NULL,NULL,1);
INSERT INTO "presses" VALUES('1730618103477921','4a24a435cc4b',400000000000000004,1767225572.0,'unclear',NULL,NULL,NULL,NULL,1);
INSERT INTO "presses" VALUES('1730618103477921','93e0f5cec73e',400000000000000004,1767225573.0,'retrying',NULL,NULL,NULL,NULL,1);
INSERT INTO "presses" VALUES('1730618103477921','8e8b73c1b15b',400000000000000004,1767225574.0,'sending',NULL,NULL,NULL,NULL,1);
INSERT INTO "presses" VALUES('1730618103477921','4ce11df20228',400000000000000004,1767225575.0,'unknown_action',NULL,NULL,NULL,NULL,1);
CREATE TABLE "refused_kinds" (
   "service" TEXT,
   "kind" TEXT,
   "at" REAL,
   PRIMARY KEY ("service", "kind")
);
INSERT INTO "refused_kinds" VALUES('https://upstream.example','MJ::JOB::reroll',1767225575.0);
CREATE TABLE "seen" (
   "place" TEXT,
   "task_id" TEXT,
   "at" REAL,
   PRIMARY KEY ("place", "task_id")
);
INSERT INTO "seen" VALUES('guild:100000000000000001','1730621718151844',1767225541.0);
INSERT INTO "seen" VALUES('guild:100000000000000001','1730621781604298',1767225542.0);
INSERT INTO "seen" VALUES('user:400000000000000004','1730621742906217',1767225543.0);
INSERT INTO "seen" VALUES('guild:100000000000000001','1730618103477921',1767225545.0);
INSERT INTO "seen" VALUES('guild:100000000000000001','1730617450286633',1767225546.0);
INSERT INTO "seen" VALUES('guild:100000000000000001','1730617902751186',1767225547.0);
CREATE TABLE "tasks" (
   "id" TEXT PRIMARY KEY,
   "view" TEXT,
   "phase" TEXT,
   "prompt" TEXT,
   "updated_at" REAL
);
INSERT INTO "tasks" VALUES('1730621718151844','{"id":"1730621718151844","opened_at":1767225540.0,"task":{"id":"1730621718151844","status":"IN_PROGRESS","action":"IMAGINE","prompt":"a cabin by a mountain lake, ember sky --v 7","text":"a cabin by a mountain lake, ember sky --v 7","progress":"46%","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767225588,"started_at":1767225592,"finished_at":null,"ahead":null,"buttons":[]},"condition":"unreachable","trouble":"down","seen_at":1767225599.0,"changed_at":1767225579.5,"failing_since":1767225584.75,"missing_since":null,"misses":0}','running','a cabin by a mountain lake, ember sky --v 7',1767225599.0);
INSERT INTO "tasks" VALUES('1730621781604298','{"id":"1730621781604298","opened_at":1767225540.0,"task":{"id":"1730621781604298","status":"NOT_START","action":"IMAGINE","prompt":"desert dunes under the stars --ar 16:9 --v 7","text":"desert dunes under the stars --ar 16:9 --v 7","progress":"0%","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767225600,"started_at":null,"finished_at":null,"ahead":null,"buttons":[]},"condition":"fine","trouble":"web_page","seen_at":1767225599.0,"changed_at":null,"failing_since":1767225595.0,"missing_since":null,"misses":0}','queued','desert dunes under the stars --ar 16:9 --v 7',1767225599.0);
INSERT INTO "tasks" VALUES('1730621742906217','{"id":"1730621742906217","opened_at":1767225540.0,"task":{"id":"1730621742906217","status":"SUBMITTED","action":"IMAGINE","prompt":"画一座雾中的雪山，木刻版画风格","text":"A snow mountain in the mist, woodblock print style --ar 1:1 --v 7","progress":"0%","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767225600,"started_at":null,"finished_at":null,"ahead":null,"buttons":[]},"condition":"fine","trouble":"slow_down","seen_at":1767225599.0,"changed_at":null,"failing_since":null,"missing_since":1767225591.0,"misses":2}','queued','画一座雾中的雪山，木刻版画风格',1767225599.0);
INSERT INTO "tasks" VALUES('1730618103477921','{"id":"1730618103477921","opened_at":1767225540.0,"task":{"id":"1730618103477921","status":"SUCCESS","action":"IMAGINE","prompt":"a mountain lake at first light, screen print, five inks --v 7","text":"a mountain lake at first light, screen print, five inks --v 7","progress":"100%","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767222000,"started_at":1767222004,"finished_at":1767222029,"ahead":null,"buttons":[{"custom_id":"MJ::JOB::upsample::1::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"U1","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::upsample::2::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"U2","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::upsample::3::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"U3","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::upsample::4::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"U4","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::reroll::0::02463ee9-c520-4012-84f7-ac985b2ebb8e::SOLO","label":"","emoji":"🔄","style":2,"url":""},{"custom_id":"MJ::JOB::variation::1::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"V1","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::variation::2::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"V2","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::variation::3::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"V3","emoji":"","style":2,"url":""},{"custom_id":"MJ::JOB::variation::4::02463ee9-c520-4012-84f7-ac985b2ebb8e","label":"V4","emoji":"","style":2,"url":""}]},"condition":"fine","trouble":null,"seen_at":1767225599.0,"changed_at":null,"failing_since":null,"missing_since":null,"misses":0}','success','a mountain lake at first light, screen print, five inks --v 7',1767225599.0);
INSERT INTO "tasks" VALUES('1730617450286633','{"id":"1730617450286633","opened_at":1767225540.0,"task":{"id":"1730617450286633","status":"FAILURE","action":"IMAGINE","prompt":"a paper crane above the sea --arr 16:9 --v 7","text":"a paper crane above the sea --arr 16:9 --v 7","progress":"100%","image_url":"","video_urls":[],"fail_reason":"[Invalid parameter] Unrecognized parameter(s): --arr","submitted_at":1767221400,"started_at":1767221402,"finished_at":1767221436,"ahead":null,"buttons":[]},"condition":"fine","trouble":null,"seen_at":1767225599.0,"changed_at":null,"failing_since":null,"missing_since":null,"misses":0}','failure','a paper crane above the sea --arr 16:9 --v 7',1767225599.0);
INSERT INTO "tasks" VALUES('1730617902751186','{"id":"1730617902751186","opened_at":1767225540.0,"task":{"id":"1730617902751186","status":"MODAL","action":"ZOOM","prompt":"a mountain lake at first light, screen print, five inks --v 7","text":"a mountain lake at first light, screen print, five inks --v 7","progress":"","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767222200,"started_at":null,"finished_at":null,"ahead":null,"buttons":[]},"condition":"left","trouble":"key","seen_at":1767225599.0,"changed_at":null,"failing_since":null,"missing_since":null,"misses":0}','over','a mountain lake at first light, screen print, five inks --v 7',1767225599.0);
INSERT INTO "tasks" VALUES('1730618215930064','{"id":"1730618215930064","opened_at":1767225540.0,"task":{"id":"1730618215930064","status":"SUCCESS","action":"UPSCALE","prompt":"a mountain lake at first light, screen print, five inks --v 7","text":"a mountain lake at first light, screen print, five inks --v 7","progress":"100%","image_url":"","video_urls":[],"fail_reason":"","submitted_at":1767222100,"started_at":1767222102,"finished_at":1767222110,"ahead":null,"buttons":[{"custom_id":"MJ::JOB::upsample_v7_2x_subtle::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Upscale (Subtle)","emoji":"upscale_1","style":2,"url":""},{"custom_id":"MJ::JOB::upsample_v7_2x_creative::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Upscale (Creative)","emoji":"upscale_1","style":2,"url":""},{"custom_id":"MJ::JOB::low_variation::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Vary (Subtle)","emoji":"🪄","style":2,"url":""},{"custom_id":"MJ::JOB::high_variation::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Vary (Strong)","emoji":"🪄","style":1,"url":""},{"custom_id":"MJ::Inpaint::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Vary (Region)","emoji":"🖌️","style":2,"url":""},{"custom_id":"MJ::Outpaint::50::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Zoom Out 2x","emoji":"🔍","style":1,"url":""},{"custom_id":"MJ::Outpaint::75::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Zoom Out 1.5x","emoji":"🔍","style":2,"url":""},{"custom_id":"MJ::CustomZoom::7f27acb7-7924-478d-97a2-d3425cb4ae92","label":"Custom Zoom","emoji":"🔍","style":2,"url":""},{"custom_id":"MJ::JOB::pan_left::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"","emoji":"⬅️","style":2,"url":""},{"custom_id":"MJ::JOB::pan_right::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"","emoji":"➡️","style":2,"url":""},{"custom_id":"MJ::JOB::pan_up::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"","emoji":"⬆️","style":2,"url":""},{"custom_id":"MJ::JOB::pan_down::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"","emoji":"⬇️","style":2,"url":""},{"custom_id":"MJ::JOB::animate_high::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Animate (High motion)","emoji":"🎞️","style":2,"url":""},{"custom_id":"MJ::JOB::animate_low::1::7f27acb7-7924-478d-97a2-d3425cb4ae92::SOLO","label":"Animate (Low motion)","emoji":"🎞️","style":2,"url":""},{"custom_id":"MJ::BOOKMARK::7f27acb7-7924-478d-97a2-d3425cb4ae92","label":"","emoji":"❤️","style":2,"url":""},{"custom_id":"","label":"Web","emoji":"","style":5,"url":"https://www.midjourney.com/jobs/7f27acb7-7924-478d-97a2-d3425cb4ae92?index=0"}]},"condition":"fine","trouble":null,"seen_at":1767225599.0,"changed_at":null,"failing_since":null,"missing_since":null,"misses":0}','success','a mountain lake at first light, screen print, five inks --v 7',1767225599.0);
CREATE TABLE "uses" (
   "who" TEXT,
   "kind" TEXT,
   "at" REAL
);
INSERT INTO "uses" VALUES('user:400000000000000004','ask',1767225580.0);
INSERT INTO "uses" VALUES('guild:100000000000000001','press',1767225580.0);
INSERT INTO "uses" VALUES('user:400000000000000004','press',1767225580.0);
INSERT INTO "uses" VALUES('user:400000000000000004','ask',1767225590.0);
INSERT INTO "uses" VALUES('guild:100000000000000001','press',1767225590.0);
INSERT INTO "uses" VALUES('user:400000000000000004','press',1767225590.0);
CREATE TABLE "watches" (
   "message_id" INTEGER PRIMARY KEY,
   "channel_id" INTEGER,
   "guild_id" INTEGER,
   "task_id" TEXT,
   "requester_id" INTEGER,
   "locale" TEXT,
   "created_at" REAL,
   "state" TEXT,
   "delivered_digest" TEXT,
   "delivered_picture" TEXT,
   "delivered_image" TEXT
);
INSERT INTO "watches" VALUES(300000000000000001,200000000000000002,100000000000000001,'1730621718151844',400000000000000004,'en',1767225541.0,'open','0123456789abcdef','link:https://cdn.example/40.webp','https://cdn.example/40.webp');
INSERT INTO "watches" VALUES(300000000000000002,200000000000000002,100000000000000001,'1730621781604298',400000000000000004,'zh-CN',1767225542.0,'open','1111111111111111','','');
INSERT INTO "watches" VALUES(300000000000000003,200000000000000003,NULL,'1730621742906217',400000000000000004,'en',1767225543.0,'open','2222222222222222','','');
INSERT INTO "watches" VALUES(300000000000000004,200000000000000002,100000000000000001,'1730621766318450',400000000000000004,'en',1767225544.0,'opening','','','');
INSERT INTO "watches" VALUES(300000000000000005,200000000000000002,100000000000000001,'1730618103477921',400000000000000004,'en',1767225545.0,'closed','feedfacefeedface','picture','attachment://picture.png');
INSERT INTO "watches" VALUES(300000000000000006,200000000000000002,100000000000000001,'1730617450286633',400000000000000004,'en',1767225546.0,'closed','','','');
INSERT INTO "watches" VALUES(300000000000000007,200000000000000002,100000000000000001,'1730617902751186',400000000000000004,'en',1767225547.0,'closed','','','');
INSERT INTO "watches" VALUES(300000000000000008,200000000000000002,100000000000000001,'1730618215930064',400000000000000004,'en',1767225548.0,'closed','','','');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX "idx_watches_state_channel_id_task_id"
    ON "watches" ("state", "channel_id", "task_id");
CREATE INDEX "idx_seen_place_at"
    ON "seen" ("place", "at");
CREATE INDEX "idx_lineage_parent_id_guild_id"
    ON "lineage" ("parent_id", "guild_id");
CREATE INDEX "idx_lineage_message_id"
    ON "lineage" ("message_id");
CREATE INDEX "idx_watches_task_id"
    ON "watches" ("task_id");
CREATE INDEX "idx_tasks_updated_at"
    ON "tasks" ("updated_at");
CREATE INDEX "idx_seen_task_id"
    ON "seen" ("task_id");
CREATE INDEX "idx_uses_who_kind_at"
    ON "uses" ("who", "kind", "at");
CREATE INDEX "idx_uses_at"
    ON "uses" ("at");
COMMIT;
