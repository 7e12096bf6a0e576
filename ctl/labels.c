#include "labels.h"

#include <stddef.h>
#include <string.h>

struct label {
    const char *field;
    const char *text[2];
    enum reading reading;
};

static const struct label labels[] = {
    {"address", {"地址", "Address"}, READ_PLAIN},
    {"after", {"之后", "After"}, READ_PLAIN},
    {"aliases", {"别名", "Also called"}, READ_PLAIN},
    {"all_day", {"全天", "All day"}, READ_PLAIN},
    {"allow_private", {"允许内网", "Private allowed"}, READ_PLAIN},
    {"ambiguous", {"结果不明", "Ambiguous"}, READ_PLAIN},
    {"at", {"时间", "At"}, READ_TIME},
    {"attempts", {"尝试", "Attempts"}, READ_PLAIN},
    {"audiences", {"面向人群", "Audiences"}, READ_PLAIN},
    {"basis", {"依据", "Basis"}, READ_STATE},
    {"before", {"提前", "Before"}, READ_PLAIN},
    {"capacity", {"名额", "Capacity"}, READ_PLAIN},
    {"category", {"类别", "Category"}, READ_PLAIN},
    {"channel", {"群", "Channel"}, READ_PLAIN},
    {"channels", {"群", "Channels"}, READ_PLAIN},
    {"checked_in", {"签到", "Checked in"}, READ_TIME},
    {"checked_out", {"签退", "Checked out"}, READ_TIME},
    {"color", {"颜色", "Colour"}, READ_PLAIN},
    {"complete", {"已全部列出", "Complete"}, READ_PLAIN},
    {"components", {"条目", "Components"}, READ_PLAIN},
    {"confirmed", {"已报名", "Confirmed"}, READ_PLAIN},
    {"consent_at", {"同意时间", "Consent"}, READ_TIME},
    {"consent_basis", {"同意依据", "Basis of consent"}, READ_STATE},
    {"counts", {"数目", "Counts"}, READ_PLAIN},
    {"created", {"创建", "Created"}, READ_TIME},
    {"date", {"日期", "Date"}, READ_TIME},
    {"day_off", {"放假", "Day off"}, READ_PLAIN},
    {"days", {"天数", "Days"}, READ_PLAIN},
    {"deadline", {"最晚", "Deadline"}, READ_TIME},
    {"delivered", {"已送达", "Delivered"}, READ_PLAIN},
    {"deliveries", {"投递", "Deliveries"}, READ_PLAIN},
    {"department", {"部门", "Department"}, READ_PLAIN},
    {"description", {"说明", "Description"}, READ_PLAIN},
    {"detail", {"详情", "Detail"}, READ_PLAIN},
    {"due", {"应发时间", "Due"}, READ_TIME},
    {"duration", {"时长", "Duration"}, READ_PLAIN},
    {"email", {"邮箱", "E-mail"}, READ_PLAIN},
    {"end", {"结束", "End"}, READ_TIME},
    {"event", {"活动", "Event"}, READ_PLAIN},
    {"events", {"活动", "Events"}, READ_PLAIN},
    {"exdates", {"去掉的日期", "Without"}, READ_TIME},
    {"existing", {"已有", "Already there"}, READ_PLAIN},
    {"expired", {"已过期", "Expired"}, READ_PLAIN},
    {"expires", {"失效时间", "Expires"}, READ_TIME},
    {"failed", {"失败", "Failed"}, READ_PLAIN},
    {"filters", {"筛选", "Filters"}, READ_PLAIN},
    {"final", {"终结时间", "Final at"}, READ_TIME},
    {"forecast", {"预计", "Forecast"}, READ_PLAIN},
    {"free", {"空位", "Free"}, READ_PLAIN},
    {"google", {"谷歌日历", "Google Calendar"}, READ_PLAIN},
    {"headcount", {"到场人数", "Headcount"}, READ_PLAIN},
    {"holiday", {"节假日名", "Holiday"}, READ_PLAIN},
    {"holiday_policy", {"节假日", "On days off"}, READ_STATE},
    {"hours", {"服务小时", "Hours"}, READ_PLAIN},
    {"id", {"编号", "Id"}, READ_PLAIN},
    {"imported", {"新导入", "Imported"}, READ_PLAIN},
    {"indicators", {"指标", "Indicators"}, READ_PLAIN},
    {"instance", {"时间", "Instance"}, READ_TIME},
    {"kepuctl", {"kepuctl", "kepuctl"}, READ_PLAIN},
    {"kepud", {"kepud", "kepud"}, READ_PLAIN},
    {"keyword", {"关键词", "Keyword"}, READ_PLAIN},
    {"kind", {"种类", "Kind"}, READ_STATE},
    {"lang", {"语言", "Language"}, READ_PLAIN},
    {"last_error", {"最近的错误", "Last error"}, READ_PLAIN},
    {"last_success", {"最近成功", "Last success"}, READ_TIME},
    {"last_used", {"最近使用", "Last used"}, READ_TIME},
    {"latitude", {"纬度", "Latitude"}, READ_PLAIN},
    {"lead", {"牵头", "Lead"}, READ_PLAIN},
    {"level", {"级别", "Level"}, READ_PLAIN},
    {"lines", {"行数", "Lines"}, READ_PLAIN},
    {"longitude", {"经度", "Longitude"}, READ_PLAIN},
    {"lunar", {"农历", "Lunar"}, READ_PLAIN},
    {"measure", {"计法", "Measure"}, READ_PLAIN},
    {"minimum", {"至少", "Minimum"}, READ_PLAIN},
    {"minutes", {"分钟", "Minutes"}, READ_PLAIN},
    {"ms", {"毫秒", "ms"}, READ_PLAIN},
    {"name", {"名称", "Name"}, READ_PLAIN},
    {"next", {"接下来", "Next"}, READ_TIME},
    {"next_attempt", {"下次尝试", "Next attempt"}, READ_TIME},
    {"next_due", {"下次投递", "Next due"}, READ_TIME},
    {"next_start", {"下一场", "Next"}, READ_TIME},
    {"note", {"备注", "Note"}, READ_PLAIN},
    {"note_en", {"英文说明", "Note (English)"}, READ_PLAIN},
    {"notes", {"提示", "Notes"}, READ_PLAIN},
    {"object", {"对象", "Object"}, READ_PLAIN},
    {"occurrences_ahead", {"待办场次", "Occurrences ahead"}, READ_PLAIN},
    {"off", {"放假", "Off"}, READ_PLAIN},
    {"offered", {"待确认", "Offered"}, READ_PLAIN},
    {"operation", {"操作", "Operation"}, READ_PLAIN},
    {"org", {"所在单位", "Organisation"}, READ_PLAIN},
    {"outcome", {"结果", "Outcome"}, READ_STATE},
    {"pace", {"进度", "Pace"}, READ_PLAIN},
    {"participant", {"参加者", "Participants"}, READ_PLAIN},
    {"partners", {"配合", "Partners"}, READ_PLAIN},
    {"pending", {"待发", "Pending"}, READ_PLAIN},
    {"percent", {"完成", "Percent"}, READ_PERCENT},
    {"period", {"周期", "Period"}, READ_PLAIN},
    {"phone", {"电话", "Phone"}, READ_PLAIN},
    {"plan", {"规划", "Plan"}, READ_PLAIN},
    {"position", {"候补位次", "Position"}, READ_PLAIN},
    {"preset", {"预设", "Preset"}, READ_PLAIN},
    {"provisional", {"日期待定", "Provisional"}, READ_PLAIN},
    {"public_url", {"公开网址", "Public URL"}, READ_PLAIN},
    {"rdates", {"另加的日期", "Also on"}, READ_TIME},
    {"reason", {"原因", "Reason"}, READ_PLAIN},
    {"recurrence_id", {"原定时间", "Original start"}, READ_TIME},
    {"refused", {"未采纳", "Refused"}, READ_PLAIN},
    {"reminders", {"提醒", "Reminders"}, READ_PLAIN},
    {"request", {"请求", "Request"}, READ_PLAIN},
    {"retrying", {"重试中", "Retrying"}, READ_PLAIN},
    {"role", {"岗位", "Role"}, READ_STATE},
    {"roles", {"岗位", "Roles"}, READ_PLAIN},
    {"rrule", {"规则", "Rule"}, READ_PLAIN},
    {"rule", {"规则", "Rule"}, READ_PLAIN},
    {"rule_text", {"即", "In words"}, READ_PLAIN},
    {"scheduled", {"已排定", "Scheduled"}, READ_PLAIN},
    {"schema", {"结构版本", "Schema"}, READ_PLAIN},
    {"secret", {"密钥", "Secret"}, READ_PLAIN},
    {"section", {"任务", "Section"}, READ_PLAIN},
    {"sections", {"章节", "Sections"}, READ_PLAIN},
    {"sending", {"发送中", "Sending"}, READ_PLAIN},
    {"sequence", {"修订", "Sequence"}, READ_PLAIN},
    {"signups", {"报名", "Sign-ups"}, READ_PLAIN},
    {"size_bytes", {"大小", "Size"}, READ_BYTES},
    {"skills", {"专长", "Skills"}, READ_PLAIN},
    {"slug", {"代号", "Slug"}, READ_PLAIN},
    {"source", {"来源", "Source"}, READ_PLAIN},
    {"split_from", {"拆自", "Split from"}, READ_PLAIN},
    {"start", {"开始", "Start"}, READ_TIME},
    {"start_time", {"开始时刻", "Start time"}, READ_PLAIN},
    {"state", {"状态", "State"}, READ_STATE},
    {"status", {"状态", "Status"}, READ_STATE},
    {"store", {"存储", "Store"}, READ_PLAIN},
    {"target", {"目标", "Target"}, READ_PLAIN},
    {"template", {"模板", "Template"}, READ_PLAIN},
    {"text", {"内容", "Text"}, READ_PLAIN},
    {"title", {"标题", "Title"}, READ_PLAIN},
    {"title_en", {"英文名称", "Title in English"}, READ_PLAIN},
    {"token", {"令牌", "Token"}, READ_PLAIN},
    {"town", {"镇（街道）", "Town"}, READ_PLAIN},
    {"tz", {"时区", "Zone"}, READ_PLAIN},
    {"uid", {"UID", "UID"}, READ_PLAIN},
    {"unchanged", {"未变", "Unchanged"}, READ_PLAIN},
    {"unit", {"单位", "Unit"}, READ_PLAIN},
    {"updated", {"更新", "Updated"}, READ_TIME},
    {"uptime_s", {"已运行", "Up for"}, READ_SECONDS},
    {"url", {"网址", "URL"}, READ_PLAIN},
    {"utc", {"世界时", "UTC"}, READ_PLAIN},
    {"value", {"数值", "Value"}, READ_PLAIN},
    {"venue", {"地点", "Venue"}, READ_PLAIN},
    {"version", {"版本", "Version"}, READ_PLAIN},
    {"volunteer", {"志愿者", "Volunteer"}, READ_PLAIN},
    {"volunteers", {"志愿者", "Volunteers"}, READ_PLAIN},
    {"waitlisted", {"候补", "Waitlisted"}, READ_PLAIN},
    {"webcal", {"订阅地址", "Subscription"}, READ_PLAIN},
    {"weekday", {"星期", "Weekday"}, READ_PLAIN},
    {"who", {"谁", "Who"}, READ_PLAIN},
};

/* English people read the wire's own word. */
static const struct { const char *value, *zh; } states[] = {
    {"admin", "管理员"}, {"ambiguous", "结果不明"}, {"announced", "每年公布"}, {"ask", "催问日期"}, {"attended", "已到场"},
    {"cancelled", "已取消"}, {"changed", "变更"}, {"closed", "已结束"}, {"confirmed", "已确认"}, {"delivered", "已送达"},
    {"dingtalk", "钉钉"}, {"digest", "汇总"}, {"disabled", "已停用"}, {"enabled", "已启用"}, {"erased", "已清除"},
    {"excused", "已请假"},
    {"expired", "已过期"}, {"failed", "失败"}, {"feishu", "飞书"}, {"filled", "已招满"}, {"keep", "照常"},
    {"milestone", "里程碑"}, {"moved", "已改期"}, {"next-workday", "顺延到下一工作日"}, {"no_show", "未到"}, {"notice", "通知"},
    {"offered", "待确认"}, {"ok", "成功"}, {"open", "进行中"}, {"organizer", "组织者"}, {"past", "已结束"}, {"paused", "已暂停"},
    {"permanent", "不可重试"}, {"prev-workday", "提前到上一工作日"}, {"resting", "休息中"}, {"retry", "可重试"},
    {"retrying", "重试中"}, {"scheduled", "已排定"}, {"sending", "发送中"}, {"series", "自定周期"}, {"skip", "跳过"},
    {"superseded", "已被替代"}, {"tentative", "日期待定"}, {"test", "测试"}, {"thanks", "感谢"}, {"active", "正常"},
    {"understaffed", "人手不足"}, {"unknown", "不明"}, {"upcoming", "将要开始"}, {"viewer", "查看者"}, {"waitlisted", "候补"},
    {"wecom", "企业微信"},
};

static const struct label *find(const char *field)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].field, field) == 0)
            return &labels[i];
    return NULL;
}

const char *label_of(const char *field, enum lang lang)
{
    const struct label *l = find(field);

    return l ? l->text[lang] : field;
}

enum reading label_reading(const char *field)
{
    const struct label *l = find(field);

    return l ? l->reading : READ_PLAIN;
}

const char *label_state(const char *value, enum lang lang)
{
    for (size_t i = 0; lang == LANG_ZH && i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].value, value) == 0)
            return states[i].zh;
    return value;
}
