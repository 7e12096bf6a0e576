#include "words_grammar.h"

#include "civil.h"

#define W1(text, kind, value) {text, kind, value, WORD_END, 0}
#define W2(text, kind, value, then_kind, then_value) {text, kind, value, then_kind, then_value}
#define DAY_BIT(d) (1 << WEEKDAY_##d)
#define WEEKEND (DAY_BIT(SA) | DAY_BIT(SU))

/* 周, 星期 and 礼拜 name the same days. "周一次" is once a week, not a Monday. */
#define ZH_WEEK(name)                                                                                      \
    W1(name, WORD_UNIT, UNIT_WEEK),                                                                        \
    W1(name "一", WORD_WEEKDAY, DAY_BIT(MO)), W1(name "二", WORD_WEEKDAY, DAY_BIT(TU)),                    \
    W1(name "三", WORD_WEEKDAY, DAY_BIT(WE)), W1(name "四", WORD_WEEKDAY, DAY_BIT(TH)),                    \
    W1(name "五", WORD_WEEKDAY, DAY_BIT(FR)), W1(name "六", WORD_WEEKDAY, DAY_BIT(SA)),                    \
    W1(name "日", WORD_WEEKDAY, DAY_BIT(SU)), W1(name "天", WORD_WEEKDAY, DAY_BIT(SU)),                    \
    W1(name "末", WORD_WEEKDAY, WEEKEND), W2(name "一次", WORD_UNIT, UNIT_WEEK, WORD_ONCE, 0)

#define EN_WEEKDAY(full, short, day) W1(full, WORD_WEEKDAY, DAY_BIT(day)), W1(short, WORD_WEEKDAY, DAY_BIT(day))
#define EN_MONTH(full, abbreviation, n) W1(full, WORD_MONTH, n), W1(abbreviation, WORD_MONTH, n)
#define EN_NUMBER(cardinal, ordinal, n) W1(cardinal, WORD_NUMBER, n), W1(ordinal, WORD_ORD, n)

/* Matched longest first; an English word ends at its last letter and may take a plural s. */
const struct words_vocabulary words_vocabulary[] = {
    /* What says nothing. */
    W1("的", WORD_FILL, 0), W1("于", WORD_FILL, 0), W1("在", WORD_FILL, 0),
    W1("(", WORD_FILL, 0), W1(")", WORD_FILL, 0), W1("the", WORD_FILL, 0), W1("of", WORD_FILL, 0),
    W1("on", WORD_FILL, 0), W1("at", WORD_FILL, 0),
    W1(",", WORD_COMMA, 0), W1(";", WORD_COMMA, 0),

    W1("、", WORD_AND, 0), W1("和", WORD_AND, 0), W1("及", WORD_AND, 0), W1("以及", WORD_AND, 0), W1("与", WORD_AND, 0),
    W1("and", WORD_AND, 0), W1("&", WORD_AND, 0), W1("/", WORD_AND, 0),
    W1("至", WORD_TO, 0), W1("到", WORD_TO, 0), W1("~", WORD_TO, 0), W1("-", WORD_TO, 0), W1("–", WORD_TO, 0),
    W1("—", WORD_TO, 0), W1("to", WORD_TO, 0), W1("through", WORD_TO, 0),
    W1("直到", WORD_UNTIL, 0), W1("直至", WORD_UNTIL, 0), W1("截至", WORD_UNTIL, 0), W1("截止到", WORD_UNTIL, 0),
    W1("until", WORD_UNTIL, 0), W1("till", WORD_UNTIL, 0), W1("止", WORD_CLOSE, 0), W1("为止", WORD_CLOSE, 0),

    /* How it repeats. */
    W1("每", WORD_EVERY, 0), W1("每个", WORD_EVERY, 0), W1("逢", WORD_EVERY, 0), W1("每逢", WORD_EVERY, 0),
    W1("every", WORD_EVERY, 0), W1("each", WORD_EVERY, 0),
    W1("每隔", WORD_GAP, 0), W1("隔", WORD_GAP, 0), W1("other", WORD_OTHER, 0), W1("alternate", WORD_OTHER, 0),
    W1("daily", WORD_FREQ, UNIT_DAY), W1("weekly", WORD_FREQ, UNIT_WEEK), W1("monthly", WORD_FREQ, UNIT_MONTH),
    W1("quarterly", WORD_FREQ, UNIT_QUARTER), W1("yearly", WORD_FREQ, UNIT_YEAR), W1("annually", WORD_FREQ, UNIT_YEAR),
    W1("annual", WORD_FREQ, UNIT_YEAR), W1("hourly", WORD_FREQ, UNIT_HOUR),
    W1("fortnightly", WORD_FREQ, 100 + UNIT_WEEK),
    W1("次", WORD_TIMES, 0), W1("回", WORD_TIMES, 0), W1("场", WORD_TIMES, 0), W1("times", WORD_TIMES, 0),
    W1("time", WORD_TIMES, 0), W2("twice", WORD_NUMBER, 2, WORD_TIMES, 0),
    W1("occurrence", WORD_TIMES, 0), W1("共", WORD_TOTAL, 0), W1("一共", WORD_TOTAL, 0),
    W1("总共", WORD_TOTAL, 0), W1("for", WORD_TOTAL, 0), W1("一次", WORD_ONCE, 0), W1("once", WORD_ONCE, 0),

    W1("秒", WORD_UNIT, UNIT_SECOND), W1("秒钟", WORD_UNIT, UNIT_SECOND), W1("分钟", WORD_UNIT, UNIT_MINUTE),
    W1("小时", WORD_UNIT, UNIT_HOUR), W1("钟头", WORD_UNIT, UNIT_HOUR), W1("天", WORD_UNIT, UNIT_DAY),
    W2("每日", WORD_EVERY, 0, WORD_UNIT, UNIT_DAY),
    W1("月", WORD_UNIT, UNIT_MONTH), W1("季度", WORD_UNIT, UNIT_QUARTER), W1("季", WORD_UNIT, UNIT_QUARTER),
    W1("年", WORD_UNIT, UNIT_YEAR), ZH_WEEK("周"), ZH_WEEK("星期"), ZH_WEEK("礼拜"),
    W1("seconds", WORD_UNIT, UNIT_SECOND), W1("sec", WORD_UNIT, UNIT_SECOND), W1("s", WORD_UNIT, UNIT_SECOND),
    W1("minute", WORD_UNIT, UNIT_MINUTE), W1("min", WORD_UNIT, UNIT_MINUTE), W1("m", WORD_UNIT, UNIT_MINUTE),
    W1("hour", WORD_UNIT, UNIT_HOUR), W1("hr", WORD_UNIT, UNIT_HOUR), W1("h", WORD_UNIT, UNIT_HOUR),
    W1("day", WORD_UNIT, UNIT_DAY), W1("d", WORD_UNIT, UNIT_DAY), W1("week", WORD_UNIT, UNIT_WEEK),
    W1("w", WORD_UNIT, UNIT_WEEK), W1("month", WORD_UNIT, UNIT_MONTH), W1("quarter", WORD_UNIT, UNIT_QUARTER),
    W1("year", WORD_UNIT, UNIT_YEAR), W2("fortnight", WORD_NUMBER, 2, WORD_UNIT, UNIT_WEEK),

    /* Which one. */
    W1("第", WORD_NTH, 0), W1("倒数", WORD_BACK, 0), W1("个", WORD_PIECE, 0),
    W1("最后", WORD_ORD, -1), W1("最后一", WORD_ORD, -1), W1("最后一个", WORD_ORD, -1), W1("last", WORD_ORD, -1),
    W1("second to last", WORD_ORD, -2), W1("second-to-last", WORD_ORD, -2), W1("second last", WORD_ORD, -2),
    W1("second-last", WORD_ORD, -2), W1("penultimate", WORD_ORD, -2), W1("third to last", WORD_ORD, -3),
    EN_NUMBER("one", "first", 1), EN_NUMBER("two", "second", 2), EN_NUMBER("three", "third", 3),
    EN_NUMBER("four", "fourth", 4), EN_NUMBER("five", "fifth", 5), EN_NUMBER("six", "sixth", 6),
    EN_NUMBER("seven", "seventh", 7), EN_NUMBER("eight", "eighth", 8), EN_NUMBER("nine", "ninth", 9),
    EN_NUMBER("ten", "tenth", 10), EN_NUMBER("eleven", "eleventh", 11), EN_NUMBER("twelve", "twelfth", 12),
    W1("a", WORD_NUMBER, 1), W1("an", WORD_NUMBER, 1),

    EN_WEEKDAY("monday", "mon", MO), EN_WEEKDAY("tuesday", "tue", TU), EN_WEEKDAY("wednesday", "wed", WE),
    EN_WEEKDAY("thursday", "thu", TH), EN_WEEKDAY("friday", "fri", FR), EN_WEEKDAY("saturday", "sat", SA),
    EN_WEEKDAY("sunday", "sun", SU), W1("tues", WORD_WEEKDAY, DAY_BIT(TU)), W1("thur", WORD_WEEKDAY, DAY_BIT(TH)),
    W1("weekend", WORD_WEEKDAY, WEEKEND),
    W1("工作日", WORD_WORKDAY, 0), W1("weekday", WORD_WORKDAY, 0), W1("workday", WORD_WORKDAY, 0),
    W1("working day", WORD_WORKDAY, 0), W1("business day", WORD_WORKDAY, 0),
    EN_MONTH("january", "jan", 1), EN_MONTH("february", "feb", 2), EN_MONTH("march", "mar", 3),
    EN_MONTH("april", "apr", 4), W1("may", WORD_MONTH, 5), EN_MONTH("june", "jun", 6), EN_MONTH("july", "jul", 7),
    EN_MONTH("august", "aug", 8), EN_MONTH("september", "sep", 9), W1("sept", WORD_MONTH, 9),
    EN_MONTH("october", "oct", 10), EN_MONTH("november", "nov", 11), EN_MONTH("december", "dec", 12),
    W1("日", WORD_DAY, 0), W1("号", WORD_DAY, 0),

    /* The Chinese calendar. */
    W1("农历", WORD_LUNAR, 0), W1("阴历", WORD_LUNAR, 0), W1("旧历", WORD_LUNAR, 0), W1("lunar", WORD_LUNAR, 0),
    W1("lunar calendar", WORD_LUNAR, 0),
    W1("闰", WORD_LEAP, 0), W1("leap", WORD_LEAP, 0), W1("初", WORD_CHU, 0),
    W2("正月", WORD_LUNAR, 0, WORD_MONTH, 1), W2("冬月", WORD_LUNAR, 0, WORD_MONTH, 11),
    W2("腊月", WORD_LUNAR, 0, WORD_MONTH, 12),
#define FESTIVAL(name, index) W1(name, WORD_FESTIVAL, index)
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
    W1("清明", WORD_TWO_WAYS, MSG_WORDS_SOLAR_TERM), W1("清明节", WORD_TWO_WAYS, MSG_WORDS_SOLAR_TERM),
    W1("冬至", WORD_TWO_WAYS, MSG_WORDS_SOLAR_TERM), W1("夏至", WORD_TWO_WAYS, MSG_WORDS_SOLAR_TERM),
    W1("new year's eve", WORD_TWO_WAYS, MSG_WORDS_NEW_YEARS_EVE),

    /* Which day. */
    W1("今天", WORD_TODAY, 0), W1("今日", WORD_TODAY, 0), W1("明天", WORD_TODAY, 1), W1("明日", WORD_TODAY, 1),
    W1("后天", WORD_TODAY, 2), W1("大后天", WORD_TODAY, 3), W1("昨天", WORD_TODAY, -1), W1("昨日", WORD_TODAY, -1),
    W1("前天", WORD_TODAY, -2), W1("today", WORD_TODAY, 0), W1("tomorrow", WORD_TODAY, 1),
    W1("yesterday", WORD_TODAY, -1), W1("day after tomorrow", WORD_TODAY, 2),
    W1("day before yesterday", WORD_TODAY, -2),
    W2("今早", WORD_TODAY, 0, WORD_PERIOD, PERIOD_MORNING), W2("今晚", WORD_TODAY, 0, WORD_PERIOD, PERIOD_EVENING),
    W2("明早", WORD_TODAY, 1, WORD_PERIOD, PERIOD_MORNING), W2("明晚", WORD_TODAY, 1, WORD_PERIOD, PERIOD_EVENING),
    W2("昨晚", WORD_TODAY, -1, WORD_PERIOD, PERIOD_EVENING), W2("tonight", WORD_TODAY, 0, WORD_PERIOD, PERIOD_EVENING),
    W1("今年", WORD_YEARS, 0), W1("明年", WORD_YEARS, 1), W1("后年", WORD_YEARS, 2), W1("去年", WORD_YEARS, -1),
    W1("这", WORD_RELATIVE, 0), W1("这个", WORD_RELATIVE, 0), W1("本", WORD_RELATIVE, 0), W1("下", WORD_RELATIVE, 1),
    W1("下下", WORD_RELATIVE, 2), W1("上", WORD_RELATIVE, -1), W1("上上", WORD_RELATIVE, -2),
    W1("下一个", WORD_RELATIVE, 101), W1("下个", WORD_RELATIVE, 101), W1("上个", WORD_RELATIVE, 99),
    W1("上一个", WORD_RELATIVE, 99), W1("this", WORD_RELATIVE, 100), W1("next", WORD_RELATIVE, 101),
    W1("now", WORD_NOW, 0), W1("现在", WORD_NOW, 0), W1("此刻", WORD_NOW, 0),
    W1("in", WORD_IN, 0), W1("+", WORD_SIGN, 1),
    W1("后", WORD_AFTER, 0), W1("之后", WORD_AFTER, 0), W1("以后", WORD_AFTER, 0), W1("later", WORD_AFTER, 0),
    W1("from now", WORD_AFTER, 0), W1("from today", WORD_AFTER, 0),
    W1("前", WORD_BEFORE, 0), W1("之前", WORD_BEFORE, 0), W1("以前", WORD_BEFORE, 0),
    W1("ago", WORD_BEFORE, 0),

    /* What time. */
    W1("点", WORD_OCLOCK, 0), W1("点钟", WORD_OCLOCK, 0), W1("点整", WORD_OCLOCK, 0), W1("时", WORD_OCLOCK, 1),
    W1("o'clock", WORD_OCLOCK, 0), W1("分", WORD_MINUTE, 0), W1("刻", WORD_QUARTER, 0), W1("刻钟", WORD_QUARTER, 0),
    W1("半", WORD_HALF, 0), W1("half", WORD_HALF, 0), W1("noon", WORD_TIME, 12 * 3600), W1("正午", WORD_TIME, 12 * 3600),
    W1("midnight", WORD_TWO_WAYS, MSG_WORDS_MIDNIGHT), W1("午夜", WORD_TWO_WAYS, MSG_WORDS_MIDNIGHT),
    W1("半夜", WORD_TWO_WAYS, MSG_WORDS_MIDNIGHT),
    W1("凌晨", WORD_PERIOD, PERIOD_SMALL_HOURS), W1("早上", WORD_PERIOD, PERIOD_MORNING),
    W1("早晨", WORD_PERIOD, PERIOD_MORNING),
    W1("清晨", WORD_PERIOD, PERIOD_MORNING), W1("早", WORD_PERIOD, PERIOD_MORNING), W1("上午", WORD_PERIOD, PERIOD_FORENOON),
    W1("中午", WORD_PERIOD, PERIOD_NOON), W1("下午", WORD_PERIOD, PERIOD_AFTERNOON),
    W1("午后", WORD_PERIOD, PERIOD_AFTERNOON),
    W1("傍晚", WORD_PERIOD, PERIOD_DUSK), W1("晚上", WORD_PERIOD, PERIOD_EVENING), W1("晚", WORD_PERIOD, PERIOD_EVENING),
    W1("夜里", WORD_PERIOD, PERIOD_EVENING), W1("morning", WORD_PERIOD, PERIOD_MORNING),
    W1("afternoon", WORD_PERIOD, PERIOD_AFTERNOON), W1("evening", WORD_PERIOD, PERIOD_EVENING),
    W1("am", WORD_PERIOD, PERIOD_AM), W1("a.m.", WORD_PERIOD, PERIOD_AM),
    W1("pm", WORD_PERIOD, PERIOD_PM), W1("p.m.", WORD_PERIOD, PERIOD_PM),

    /* Words that people use in two senses. */
    W1("biweekly", WORD_TWO_WAYS, MSG_WORDS_BIWEEKLY), W1("bi-weekly", WORD_TWO_WAYS, MSG_WORDS_BIWEEKLY),
    W1("bimonthly", WORD_TWO_WAYS, MSG_WORDS_BIMONTHLY), W1("bi-monthly", WORD_TWO_WAYS, MSG_WORDS_BIMONTHLY),
    W1("双周", WORD_TWO_WAYS, MSG_WORDS_EVEN_WEEKS), W1("单周", WORD_TWO_WAYS, MSG_WORDS_EVEN_WEEKS),
};
const size_t words_vocabulary_count = sizeof words_vocabulary / sizeof words_vocabulary[0];

/* By the index that the vocabulary gives. */
const struct words_festival words_festivals[] = {
    {true, 12, -1}, {true, 1, 1}, {true, 1, 15}, {true, 5, 5}, {true, 7, 7}, {true, 7, 15}, {true, 8, 15}, {true, 9, 9},
    {true, 12, 8}, {false, 1, 1}, {false, 5, 1}, {false, 10, 1}, {false, 9, 10}, {false, 6, 1}, {false, 3, 8},
    {false, 3, 12},
};
