#include "words_grammar.h"

#include "civil.h"

#define W1(text, kind, value) {text, kind, value, TOKEN_END, 0}
#define W2(text, kind, value, then_kind, then_value) {text, kind, value, then_kind, then_value}
#define DAY_BIT(d) (1 << WEEKDAY_##d)
#define WEEKEND (DAY_BIT(SA) | DAY_BIT(SU))

/* 周, 星期 and 礼拜 name the same days. "周一次" is once a week, not a Monday. */
#define ZH_WEEK(name)                                                                                      \
    W1(name, TOKEN_UNIT, UNIT_WEEK),                                                                        \
    W1(name "一", TOKEN_WEEKDAY, DAY_BIT(MO)), W1(name "二", TOKEN_WEEKDAY, DAY_BIT(TU)),                    \
    W1(name "三", TOKEN_WEEKDAY, DAY_BIT(WE)), W1(name "四", TOKEN_WEEKDAY, DAY_BIT(TH)),                    \
    W1(name "五", TOKEN_WEEKDAY, DAY_BIT(FR)), W1(name "六", TOKEN_WEEKDAY, DAY_BIT(SA)),                    \
    W1(name "日", TOKEN_WEEKDAY, DAY_BIT(SU)), W1(name "天", TOKEN_WEEKDAY, DAY_BIT(SU)),                    \
    W1(name "末", TOKEN_WEEKDAY, WEEKEND), W2(name "一次", TOKEN_UNIT, UNIT_WEEK, TOKEN_ONCE, 0)

#define EN_WEEKDAY(full, short, day) W1(full, TOKEN_WEEKDAY, DAY_BIT(day)), W1(short, TOKEN_WEEKDAY, DAY_BIT(day))
#define EN_MONTH(full, abbreviation, n) W1(full, TOKEN_MONTH, n), W1(abbreviation, TOKEN_MONTH, n)
#define EN_NUMBER(cardinal, ordinal, n) W1(cardinal, TOKEN_NUMBER, n), W1(ordinal, TOKEN_ORD, n)

/* Matched longest first; an English word ends at its last letter and may take a plural s. */
const struct words_vocabulary words_vocabulary[] = {
    /* What says nothing. */
    W1("的", TOKEN_FILL, 0), W1("于", TOKEN_FILL, 0), W1("在", TOKEN_FILL, 0),
    W1("(", TOKEN_FILL, 0), W1(")", TOKEN_FILL, 0), W1("the", TOKEN_FILL, 0), W1("of", TOKEN_FILL, 0),
    W1("on", TOKEN_FILL, 0), W1("at", TOKEN_FILL, 0),
    W1(",", TOKEN_COMMA, 0), W1(";", TOKEN_COMMA, 0),

    W1("、", TOKEN_AND, 0), W1("和", TOKEN_AND, 0), W1("及", TOKEN_AND, 0), W1("以及", TOKEN_AND, 0), W1("与", TOKEN_AND, 0),
    W1("and", TOKEN_AND, 0), W1("&", TOKEN_AND, 0), W1("/", TOKEN_AND, 0),
    W1("至", TOKEN_TO, 0), W1("到", TOKEN_TO, 0), W1("~", TOKEN_TO, 0), W1("-", TOKEN_TO, 0), W1("–", TOKEN_TO, 0),
    W1("—", TOKEN_TO, 0), W1("to", TOKEN_TO, 0), W1("through", TOKEN_TO, 0),
    W1("直到", TOKEN_UNTIL, 0), W1("直至", TOKEN_UNTIL, 0), W1("截至", TOKEN_UNTIL, 0), W1("截止到", TOKEN_UNTIL, 0),
    W1("until", TOKEN_UNTIL, 0), W1("till", TOKEN_UNTIL, 0), W1("止", TOKEN_CLOSE, 0), W1("为止", TOKEN_CLOSE, 0),

    /* How it repeats. */
    W1("每", TOKEN_EVERY, 0), W1("每个", TOKEN_EVERY, 0), W1("逢", TOKEN_EVERY, 0), W1("每逢", TOKEN_EVERY, 0),
    W1("every", TOKEN_EVERY, 0), W1("each", TOKEN_EVERY, 0),
    W1("每隔", TOKEN_GAP, 0), W1("隔", TOKEN_GAP, 0), W1("other", TOKEN_OTHER, 0), W1("alternate", TOKEN_OTHER, 0),
    W1("daily", TOKEN_FREQ, UNIT_DAY), W1("weekly", TOKEN_FREQ, UNIT_WEEK), W1("monthly", TOKEN_FREQ, UNIT_MONTH),
    W1("quarterly", TOKEN_FREQ, UNIT_QUARTER), W1("yearly", TOKEN_FREQ, UNIT_YEAR), W1("annually", TOKEN_FREQ, UNIT_YEAR),
    W1("annual", TOKEN_FREQ, UNIT_YEAR), W1("hourly", TOKEN_FREQ, UNIT_HOUR),
    W1("fortnightly", TOKEN_FREQ, 100 + UNIT_WEEK),
    W1("次", TOKEN_TIMES, 0), W1("回", TOKEN_TIMES, 0), W1("场", TOKEN_TIMES, 0), W1("times", TOKEN_TIMES, 0),
    W1("time", TOKEN_TIMES, 0), W2("twice", TOKEN_NUMBER, 2, TOKEN_TIMES, 0),
    W1("occurrence", TOKEN_TIMES, 0), W1("共", TOKEN_TOTAL, 0), W1("一共", TOKEN_TOTAL, 0),
    W1("总共", TOKEN_TOTAL, 0), W1("for", TOKEN_TOTAL, 0), W1("一次", TOKEN_ONCE, 0), W1("once", TOKEN_ONCE, 0),

    W1("秒", TOKEN_UNIT, UNIT_SECOND), W1("秒钟", TOKEN_UNIT, UNIT_SECOND), W1("分钟", TOKEN_UNIT, UNIT_MINUTE),
    W1("小时", TOKEN_UNIT, UNIT_HOUR), W1("钟头", TOKEN_UNIT, UNIT_HOUR), W1("天", TOKEN_UNIT, UNIT_DAY),
    W2("每日", TOKEN_EVERY, 0, TOKEN_UNIT, UNIT_DAY),
    W1("月", TOKEN_UNIT, UNIT_MONTH), W1("季度", TOKEN_UNIT, UNIT_QUARTER), W1("季", TOKEN_UNIT, UNIT_QUARTER),
    W1("年", TOKEN_UNIT, UNIT_YEAR), ZH_WEEK("周"), ZH_WEEK("星期"), ZH_WEEK("礼拜"),
    W1("seconds", TOKEN_UNIT, UNIT_SECOND), W1("sec", TOKEN_UNIT, UNIT_SECOND), W1("s", TOKEN_UNIT, UNIT_SECOND),
    W1("minute", TOKEN_UNIT, UNIT_MINUTE), W1("min", TOKEN_UNIT, UNIT_MINUTE), W1("m", TOKEN_UNIT, UNIT_MINUTE),
    W1("hour", TOKEN_UNIT, UNIT_HOUR), W1("hr", TOKEN_UNIT, UNIT_HOUR), W1("h", TOKEN_UNIT, UNIT_HOUR),
    W1("day", TOKEN_UNIT, UNIT_DAY), W1("d", TOKEN_UNIT, UNIT_DAY), W1("week", TOKEN_UNIT, UNIT_WEEK),
    W1("w", TOKEN_UNIT, UNIT_WEEK), W1("month", TOKEN_UNIT, UNIT_MONTH), W1("quarter", TOKEN_UNIT, UNIT_QUARTER),
    W1("year", TOKEN_UNIT, UNIT_YEAR), W2("fortnight", TOKEN_NUMBER, 2, TOKEN_UNIT, UNIT_WEEK),

    /* Which one. */
    W1("第", TOKEN_NTH, 0), W1("倒数", TOKEN_BACK, 0), W1("个", TOKEN_PIECE, 0),
    W1("最后", TOKEN_ORD, -1), W1("最后一", TOKEN_ORD, -1), W1("最后一个", TOKEN_ORD, -1), W1("last", TOKEN_ORD, -1),
    W1("second to last", TOKEN_ORD, -2), W1("second-to-last", TOKEN_ORD, -2), W1("second last", TOKEN_ORD, -2),
    W1("second-last", TOKEN_ORD, -2), W1("penultimate", TOKEN_ORD, -2), W1("third to last", TOKEN_ORD, -3),
    EN_NUMBER("one", "first", 1), EN_NUMBER("two", "second", 2), EN_NUMBER("three", "third", 3),
    EN_NUMBER("four", "fourth", 4), EN_NUMBER("five", "fifth", 5), EN_NUMBER("six", "sixth", 6),
    EN_NUMBER("seven", "seventh", 7), EN_NUMBER("eight", "eighth", 8), EN_NUMBER("nine", "ninth", 9),
    EN_NUMBER("ten", "tenth", 10), EN_NUMBER("eleven", "eleventh", 11), EN_NUMBER("twelve", "twelfth", 12),
    W1("a", TOKEN_NUMBER, 1), W1("an", TOKEN_NUMBER, 1),

    EN_WEEKDAY("monday", "mon", MO), EN_WEEKDAY("tuesday", "tue", TU), EN_WEEKDAY("wednesday", "wed", WE),
    EN_WEEKDAY("thursday", "thu", TH), EN_WEEKDAY("friday", "fri", FR), EN_WEEKDAY("saturday", "sat", SA),
    EN_WEEKDAY("sunday", "sun", SU), W1("tues", TOKEN_WEEKDAY, DAY_BIT(TU)), W1("thur", TOKEN_WEEKDAY, DAY_BIT(TH)),
    W1("weekend", TOKEN_WEEKDAY, WEEKEND),
    W1("工作日", TOKEN_WORKDAY, 0), W1("weekday", TOKEN_WORKDAY, 0), W1("workday", TOKEN_WORKDAY, 0),
    W1("working day", TOKEN_WORKDAY, 0), W1("business day", TOKEN_WORKDAY, 0),
    EN_MONTH("january", "jan", 1), EN_MONTH("february", "feb", 2), EN_MONTH("march", "mar", 3),
    EN_MONTH("april", "apr", 4), W1("may", TOKEN_MONTH, 5), EN_MONTH("june", "jun", 6), EN_MONTH("july", "jul", 7),
    EN_MONTH("august", "aug", 8), EN_MONTH("september", "sep", 9), W1("sept", TOKEN_MONTH, 9),
    EN_MONTH("october", "oct", 10), EN_MONTH("november", "nov", 11), EN_MONTH("december", "dec", 12),
    W1("日", TOKEN_DAY, 0), W1("号", TOKEN_DAY, 0),

    /* The Chinese calendar. */
    W1("农历", TOKEN_LUNAR, 0), W1("阴历", TOKEN_LUNAR, 0), W1("旧历", TOKEN_LUNAR, 0), W1("lunar", TOKEN_LUNAR, 0),
    W1("lunar calendar", TOKEN_LUNAR, 0),
    W1("闰", TOKEN_LEAP, 0), W1("leap", TOKEN_LEAP, 0), W1("初", TOKEN_CHU, 0),
    W2("正月", TOKEN_LUNAR, 0, TOKEN_MONTH, 1), W2("冬月", TOKEN_LUNAR, 0, TOKEN_MONTH, 11),
    W2("腊月", TOKEN_LUNAR, 0, TOKEN_MONTH, 12),
#define FESTIVAL(name, index) W1(name, TOKEN_FESTIVAL, index)
    FESTIVAL("除夕", 0), FESTIVAL("大年三十", 0), FESTIVAL("chinese new year's eve", 0),
    FESTIVAL("春节", 1), FESTIVAL("大年初一", 1), FESTIVAL("spring festival", 1), FESTIVAL("chinese new year", 1),
    FESTIVAL("lunar new year", 1), FESTIVAL("元宵节", 2), FESTIVAL("元宵", 2), FESTIVAL("lantern festival", 2),
    FESTIVAL("端午节", 3), FESTIVAL("端午", 3), FESTIVAL("dragon boat festival", 3),
    FESTIVAL("七夕", 4), FESTIVAL("七夕节", 4), FESTIVAL("中元节", 5), FESTIVAL("中秋节", 6), FESTIVAL("中秋", 6),
    FESTIVAL("mid-autumn festival", 6), FESTIVAL("mid autumn festival", 6), FESTIVAL("重阳节", 7), FESTIVAL("重阳", 7),
    FESTIVAL("老年节", 7), FESTIVAL("double ninth", 7), FESTIVAL("double ninth festival", 7), FESTIVAL("腊八节", 8),
    FESTIVAL("腊八", 8), FESTIVAL("laba festival", 8), FESTIVAL("元旦", 9), FESTIVAL("元旦节", 9),
    FESTIVAL("劳动节", 10), FESTIVAL("国庆节", 11), FESTIVAL("国庆", 11), FESTIVAL("national day", 11),
    FESTIVAL("教师节", 12), FESTIVAL("儿童节", 13), FESTIVAL("妇女节", 14), FESTIVAL("植树节", 15),
#undef FESTIVAL
    W1("清明", TOKEN_TWO_WAYS, MSG_WORDS_SOLAR_TERM), W1("清明节", TOKEN_TWO_WAYS, MSG_WORDS_SOLAR_TERM),
    W1("冬至", TOKEN_TWO_WAYS, MSG_WORDS_SOLAR_TERM), W1("夏至", TOKEN_TWO_WAYS, MSG_WORDS_SOLAR_TERM),
    W1("new year's eve", TOKEN_TWO_WAYS, MSG_WORDS_NEW_YEARS_EVE),

    /* Which day. */
    W1("今天", TOKEN_TODAY, 0), W1("今日", TOKEN_TODAY, 0), W1("明天", TOKEN_TODAY, 1), W1("明日", TOKEN_TODAY, 1),
    W1("后天", TOKEN_TODAY, 2), W1("大后天", TOKEN_TODAY, 3), W1("昨天", TOKEN_TODAY, -1), W1("昨日", TOKEN_TODAY, -1),
    W1("前天", TOKEN_TODAY, -2), W1("today", TOKEN_TODAY, 0), W1("tomorrow", TOKEN_TODAY, 1),
    W1("yesterday", TOKEN_TODAY, -1), W1("day after tomorrow", TOKEN_TODAY, 2),
    W1("day before yesterday", TOKEN_TODAY, -2),
    W2("今早", TOKEN_TODAY, 0, TOKEN_PERIOD, PERIOD_MORNING), W2("今晚", TOKEN_TODAY, 0, TOKEN_PERIOD, PERIOD_EVENING),
    W2("明早", TOKEN_TODAY, 1, TOKEN_PERIOD, PERIOD_MORNING), W2("明晚", TOKEN_TODAY, 1, TOKEN_PERIOD, PERIOD_EVENING),
    W2("昨晚", TOKEN_TODAY, -1, TOKEN_PERIOD, PERIOD_EVENING), W2("tonight", TOKEN_TODAY, 0, TOKEN_PERIOD, PERIOD_EVENING),
    W1("今年", TOKEN_YEARS, 0), W1("明年", TOKEN_YEARS, 1), W1("后年", TOKEN_YEARS, 2), W1("去年", TOKEN_YEARS, -1),
    W1("这", TOKEN_RELATIVE, 0), W1("这个", TOKEN_RELATIVE, 0), W1("本", TOKEN_RELATIVE, 0), W1("下", TOKEN_RELATIVE, 1),
    W1("下下", TOKEN_RELATIVE, 2), W1("上", TOKEN_RELATIVE, -1), W1("上上", TOKEN_RELATIVE, -2),
    W1("下一个", TOKEN_RELATIVE, 101), W1("下个", TOKEN_RELATIVE, 101), W1("上个", TOKEN_RELATIVE, 99),
    W1("上一个", TOKEN_RELATIVE, 99), W1("this", TOKEN_RELATIVE, 100), W1("next", TOKEN_RELATIVE, 101),
    W1("now", TOKEN_NOW, 0), W1("现在", TOKEN_NOW, 0), W1("此刻", TOKEN_NOW, 0),
    W1("in", TOKEN_IN, 0), W1("+", TOKEN_SIGN, 1),
    W1("后", TOKEN_AFTER, 0), W1("之后", TOKEN_AFTER, 0), W1("以后", TOKEN_AFTER, 0), W1("later", TOKEN_AFTER, 0),
    W1("from now", TOKEN_AFTER, 0), W1("from today", TOKEN_AFTER, 0),
    W1("前", TOKEN_BEFORE, 0), W1("之前", TOKEN_BEFORE, 0), W1("以前", TOKEN_BEFORE, 0),
    W1("ago", TOKEN_BEFORE, 0),

    /* What time. */
    W1("点", TOKEN_OCLOCK, 0), W1("点钟", TOKEN_OCLOCK, 0), W1("点整", TOKEN_OCLOCK, 0), W1("时", TOKEN_OCLOCK, 1),
    W1("o'clock", TOKEN_OCLOCK, 0), W1("分", TOKEN_MINUTE, 0), W1("刻", TOKEN_QUARTER, 0), W1("刻钟", TOKEN_QUARTER, 0),
    W1("半", TOKEN_HALF, 0), W1("half", TOKEN_HALF, 0), W1("noon", TOKEN_TIME, 12 * 3600), W1("正午", TOKEN_TIME, 12 * 3600),
    W1("midnight", TOKEN_TWO_WAYS, MSG_WORDS_MIDNIGHT), W1("午夜", TOKEN_TWO_WAYS, MSG_WORDS_MIDNIGHT),
    W1("半夜", TOKEN_TWO_WAYS, MSG_WORDS_MIDNIGHT),
    W1("凌晨", TOKEN_PERIOD, PERIOD_SMALL_HOURS), W1("早上", TOKEN_PERIOD, PERIOD_MORNING),
    W1("早晨", TOKEN_PERIOD, PERIOD_MORNING),
    W1("清晨", TOKEN_PERIOD, PERIOD_MORNING), W1("早", TOKEN_PERIOD, PERIOD_MORNING), W1("上午", TOKEN_PERIOD, PERIOD_FORENOON),
    W1("中午", TOKEN_PERIOD, PERIOD_NOON), W1("下午", TOKEN_PERIOD, PERIOD_AFTERNOON),
    W1("午后", TOKEN_PERIOD, PERIOD_AFTERNOON),
    W1("傍晚", TOKEN_PERIOD, PERIOD_DUSK), W1("晚上", TOKEN_PERIOD, PERIOD_EVENING), W1("晚", TOKEN_PERIOD, PERIOD_EVENING),
    W1("夜里", TOKEN_PERIOD, PERIOD_EVENING), W1("morning", TOKEN_PERIOD, PERIOD_MORNING),
    W1("afternoon", TOKEN_PERIOD, PERIOD_AFTERNOON), W1("evening", TOKEN_PERIOD, PERIOD_EVENING),
    W1("am", TOKEN_PERIOD, PERIOD_AM), W1("a.m.", TOKEN_PERIOD, PERIOD_AM),
    W1("pm", TOKEN_PERIOD, PERIOD_PM), W1("p.m.", TOKEN_PERIOD, PERIOD_PM),

    /* Words that people use in two senses. */
    W1("biweekly", TOKEN_TWO_WAYS, MSG_WORDS_BIWEEKLY), W1("bi-weekly", TOKEN_TWO_WAYS, MSG_WORDS_BIWEEKLY),
    W1("bimonthly", TOKEN_TWO_WAYS, MSG_WORDS_BIMONTHLY), W1("bi-monthly", TOKEN_TWO_WAYS, MSG_WORDS_BIMONTHLY),
    W1("双周", TOKEN_TWO_WAYS, MSG_WORDS_EVEN_WEEKS), W1("单周", TOKEN_TWO_WAYS, MSG_WORDS_EVEN_WEEKS),
};
const size_t words_vocabulary_count = sizeof words_vocabulary / sizeof words_vocabulary[0];

/* By the index that the vocabulary gives. */
const struct words_festival words_festivals[] = {
    {true, 12, -1}, {true, 1, 1}, {true, 1, 15}, {true, 5, 5}, {true, 7, 7}, {true, 7, 15}, {true, 8, 15}, {true, 9, 9},
    {true, 12, 8}, {false, 1, 1}, {false, 5, 1}, {false, 10, 1}, {false, 9, 10}, {false, 6, 1}, {false, 3, 8},
    {false, 3, 12},
};
