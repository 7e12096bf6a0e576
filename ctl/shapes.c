#include "shapes.h"

const struct shape shape_event = {
    "slug", "slug title next_start status free lead",
    "slug uid title description category lead partners audiences venue start end all_day tz rrule rdates exdates "
    "holiday_policy roles indicators signup_opens signup_closes signup_limit cancel_until unit status sequence "
    "version split_from created updated url "
    "next_start free next notes"};

const struct shape shape_occurrence = {
    "recurrence_id", "event recurrence_id start title venue status roles free",
    "event title recurrence_id start end tz venue status roles headcount url"};

const struct shape shape_preset = {
    "slug", "slug title basis rule_text next category",
    "slug title title_en basis rule rule_text category lead audiences roles indicators all_day start_time duration "
    "note next"};

const struct shape shape_department = {"slug", "slug title title_en aliases", "slug title title_en aliases"};
const struct shape shape_category = {"slug", "slug title title_en color", "slug title title_en color"};
const struct shape shape_audience = {"slug", "slug title title_en", "slug title title_en"};
const struct shape shape_venue = {
    "slug", "slug title town address latitude longitude", "slug title title_en town address latitude longitude"};
const struct shape shape_unit = {"slug", "slug title kind", "slug title kind"};

const struct shape shape_volunteer = {
    "id", "id name phone org source skills town status hours",
    "id name phone email org source skills town status consent_at created hours"};

const struct shape shape_signup = {
    "id", "id name volunteer event recurrence_id role state position minutes",
    "id volunteer name event recurrence_id role state position offer_until reason created minutes"};

const struct shape shape_hours = {
    "id", "id name volunteer day event kind minutes counted state who approved_by note",
    "id number kind volunteer name signup event day minutes counted state how who approved_by refers note at hash"};

const struct shape shape_certificate = {
    "code", "code state name hours from to",
    "code state volunteer name from to minutes hours minutes_now stars recorded_by approved_by who issued url page"};

const struct shape shape_target = {
    "slug", "slug title value target unit percent state forecast lead",
    "slug title unit measure period target value percent pace forecast state sure lead plan section"};

const struct shape shape_target_entry = {
    "signup", "at kind amount event recurrence_id signup volunteer unit name note",
    "at kind amount of event title recurrence_id signup volunteer unit name level note who"};

const struct shape shape_plan = {"slug", "slug title start end state", "slug title start end state sections"};

const struct shape shape_channel = {
    "name", "name kind state filters pending last_success last_error",
    "name kind state reason filters keyword lang quiet alerts address last_success last_error pending"};

const struct shape shape_reminder = {
    "id", "id kind event category before after channels",
    "id event category kind before after channels weekly target steps lang template"};

const struct shape shape_preview = {
    "channel", "kind channel event due at state reason title",
    "reminder kind channel event recurrence_id due at state reason title text payload bytes"};

const struct shape shape_delivery = {
    "id", "id channel kind event recurrence_id due state next_attempt reason",
    "id channel kind event recurrence_id due deadline late state reason next_attempt next_step attempts request "
    "answer"};

const struct shape shape_feed = {"url", "kind slug title url", "kind slug title url webcal google"};
const struct shape shape_holiday = {"date", "date off name", "date off name"};

const struct shape shape_token = {
    "name", "name role department expires created last_used", "name role department expires created last_used token"};

const struct shape shape_audit = {
    "object", "at who operation object detail", "at who operation object detail request"};

const struct shape shape_instance = {"instance", "instance utc", "instance utc"};
const struct shape shape_any = {"", "", ""};
