package programme

const (
	qVersions = `select programme_id, version from programme`
	qNewest   = `select v.doc from programme p join programme_version v on v.programme_id = p.programme_id and v.version = p.version`
	qVersion  = `select doc from programme_version where programme_id = $1 and version = $2`
	qAdd      = `insert into programme (programme_id, code, version) values ($1, $2, $3)`
	qMove     = `update programme set version = version + 1, code = $3 where programme_id = $1 and version = $2`

	qAllMade = `select programme_id, version, made_at from programme_version order by programme_id, version`

	qAddVersion = `insert into programme_version (programme_id, version, doc, made_at, made_by, note) values ($1, $2, $3, $4, $5, $6)`
	qHistory    = `select version, made_at, made_by, note from programme_version where programme_id = $1 and version < $2 order by version desc limit $3`
	qMade       = `select version, made_at, made_by, note from programme_version where programme_id = $1 and version = $2`

	qDraftFields = `programme_id, version, edition, name, body, changed_at, changed_by`
	qDraft       = `select ` + qDraftFields + ` from programme_draft where programme_id = $1`
	qDrafts      = `select ` + qDraftFields + ` from programme_draft order by name, programme_id`
	qAddDraft    = `insert into programme_draft (` + qDraftFields + `) values ($1, $2, $3, $4, $5, $6, $7)`
	qMoveDraft   = `update programme_draft set edition = edition + 1, version = $3, name = $4, body = $5, changed_at = $6, changed_by = $7
		where programme_id = $1 and edition = $2`
	qDropDraft = `delete from programme_draft where programme_id = $1 and edition = $2`

	qPlanFields = `programme_id, plan_id, edition, version, due_at, note, made_by, staff_id, staff_name, reason, ended_at, request_id`
	qPlan       = `select ` + qPlanFields + ` from programme_plan where programme_id = $1`
	qDuePlans   = `select ` + qPlanFields + ` from programme_plan where ended_at = 0 and due_at <= $1 order by due_at, plan_id`
	qAddPlan    = `insert into programme_plan (` + qPlanFields + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, $10)`
	qDropPlans  = `delete from programme_plan where programme_id = $1`
	qTakePlan   = `delete from programme_plan where programme_id = $1 and plan_id = $2 and ended_at = 0`
	qEndPlan    = `update programme_plan set reason = $3, ended_at = $4 where programme_id = $1 and plan_id = $2 and ended_at = 0`
	qEndPlanOf  = `update programme_plan set reason = $2, ended_at = $3 where programme_id = $1 and ended_at = 0`
)
