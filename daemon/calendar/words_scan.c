#include "words_grammar.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_DIGITS_MAX 9

/* One spelling: lower case, half width, simplified characters, single spaces */

static const struct { const char *from, *to; } spellings[] = {
    {"週", "周"}, {"禮", "礼"}, {"農", "农"}, {"曆", "历"}, {"陰", "阴"}, {"舊", "旧"}, {"點", "点"}, {"個", "个"},
    {"號", "号"}, {"後", "后"}, {"時", "时"}, {"鐘", "钟"}, {"閏", "闰"}, {"臘", "腊"}, {"陽", "阳"}, {"節", "节"},
    {"兩", "两"}, {"間", "间"}, {"從", "从"}, {"這", "这"}, {"現", "现"}, {"數", "数"}, {"次", "次"}, {"總", "总"},
    {"與", "与"}, {"為", "为"}, {"勞", "劳"}, {"動", "动"}, {"國", "国"}, {"慶", "庆"}, {"師", "师"}, {"兒", "儿"},
    {"婦", "妇"}, {"樹", "树"}, {"曜", "曜"}, {"：", ":"}, {"，", ","}, {"。", ","}, {"；", ";"}, {"（", "("}, {"）", ")"},
    {"’", "'"}, {"‘", "'"}, {"〜", "~"}, {"－", "-"}, {"−", "-"}, {"　", " "}, {"\xC2\xA0", " "},
};

/* Never longer than the original, so that the result fits where the input did. */
static size_t normal_char(const char *text, size_t left, char out[5])
{
    size_t bytes;
    uint32_t c = utf8_next(text, left, &bytes);

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        if (strlen(spellings[i].from) == bytes && memcmp(spellings[i].from, text, bytes) == 0) {
            strcpy(out, spellings[i].to);
            return bytes;
        }
    }
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFF01 - 0x21;
    if (c < 0x80)
        c = isspace((int)c) ? ' ' : (uint32_t)tolower((int)c);
    utf8_put(c, out);
    return bytes;
}

static int normalise(const char *text, char ret[WORDS_TEXT_BYTES_MAX + 1], struct err *e)
{
    size_t bytes = strlen(text), len = 0;
    char limit[16], one[5];

    snprintf(limit, sizeof limit, "%d", WORDS_TEXT_BYTES_MAX);
    if (bytes > WORDS_TEXT_BYTES_MAX)
        return err_set(e, ERR_INVALID, MSG_WORDS_TOO_LONG, NULL, limit, NULL);
    if (!utf8_valid(text, bytes))
        return err_set(e, ERR_INVALID, MSG_NOT_UTF8, NULL, "", NULL);
    for (size_t i = 0; i < bytes;) {
        i += normal_char(text + i, bytes - i, one);
        if (one[0] == ' ' && (len == 0 || ret[len - 1] == ' '))
            continue;
        memcpy(ret + len, one, strlen(one));
        len += strlen(one);
    }
    while (len > 0 && ret[len - 1] == ' ')
        len--;
    ret[len] = 0;
    return len ? 0 : err_set(e, ERR_INVALID, MSG_WORDS_EMPTY, NULL, NULL);
}

/* Numbers */

/* A numeral's digit 0–9, or its power 10, 20, 30, 100; -1 for any other character. 3 bytes each. */
static int numeral(const char *p)
{
    static const struct { char text[4]; int value; } numerals[] = {
        {"〇", 0}, {"零", 0}, {"一", 1}, {"二", 2}, {"两", 2}, {"三", 3}, {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7},
        {"八", 8}, {"九", 9}, {"十", 10}, {"廿", 20}, {"卅", 30}, {"百", 100},
    };

    for (size_t i = 0; i < sizeof numerals / sizeof numerals[0]; i++)
        if (strncmp(p, numerals[i].text, 3) == 0)
            return numerals[i].value;
    return -1;
}

/* 二〇二七年: four digits before 年. */
static size_t scan_year_numeral(const char *p, int *ret)
{
    int value = 0;

    for (int i = 0; i < 4; i++, p += 3) {
        int digit = numeral(p);
        if (digit < 0 || digit > 9)
            return 0;
        value = value * 10 + digit;
    }
    *ret = value;
    return strncmp(p, "年", 3) == 0 ? 12 : 0;
}

/* 十五, 二十一, 廿三, 卅: below 100. A digit that no power follows stands alone, so 三五 is two numbers. */
static size_t scan_numeral(const char *p, int *ret)
{
    size_t bytes = scan_year_numeral(p, ret);
    int value = numeral(p), next;

    if (bytes || value < 0 || value == 100)
        return bytes;
    bytes = 3;
    next = numeral(p + 3);
    if (value > 0 && value < 10 && next == 10) {
        value *= 10;
        bytes += 3;
        next = numeral(p + bytes);
    }
    if (value >= 10 && next > 0 && next < 10) {
        value += next;
        bytes += 3;
    }
    *ret = value;
    return bytes;
}

static size_t scan_digits(const char *p, int *ret)
{
    size_t n = 0;
    int value = 0;

    while (isdigit((unsigned char)p[n]) && n < NUMBER_DIGITS_MAX)
        value = value * 10 + (p[n++] - '0');
    *ret = value;
    return isdigit((unsigned char)p[n]) ? 0 : n;
}

/* "9:30", "14:00:05"; whether there is such a time is seen later. */
static size_t scan_clock(const char *p, struct word *w, bool *ret_real)
{
    int part[3] = {0, 0, 0};
    size_t bytes = scan_digits(p, &part[0]);

    if (bytes == 0 || bytes > 2 || p[bytes] != ':')
        return 0;
    for (int i = 1; i < 3 && p[bytes] == ':'; i++) {
        size_t n = scan_digits(p + bytes + 1, &part[i]);
        if (n != 2)
            return 0;
        bytes += 1 + n;
    }
    *ret_real = part[0] < 24 && part[1] < 60 && part[2] < 60;
    w->kind = TOKEN_CLOCK;
    w->value = part[0] * 3600 + part[1] * 60 + part[2];
    return bytes;
}

/* "2026-9-19", "2026/9/19", "2026.9.19": the year first, so there is one reading. */
static size_t scan_date(const char *p, struct word *w)
{
    size_t bytes = scan_digits(p, &w->year), n;
    char mark = p[bytes];

    if (bytes != 4 || !mark || !strchr("-/.", mark))
        return 0;
    n = scan_digits(p + bytes + 1, &w->month);
    if (n == 0 || n > 2 || p[bytes + 1 + n] != mark)
        return 0;
    bytes += 1 + n;
    n = scan_digits(p + bytes + 1, &w->day);
    if (n == 0 || n > 2)
        return 0;
    w->kind = TOKEN_DATE;
    return bytes + 1 + n;
}

static size_t ordinal_suffix(const char *p)
{
    static const char suffixes[][3] = {"st", "nd", "rd", "th"};

    for (size_t i = 0; i < 4; i++)
        if (strncmp(p, suffixes[i], 2) == 0 && !isalnum((unsigned char)p[2]))
            return 2;
    return 0;
}

static size_t scan_number(const char *p, struct word *w)
{
    size_t bytes = scan_digits(p, &w->value), suffix;

    if (bytes == 0) {
        w->kind = TOKEN_NUMBER;
        w->cjk = true;
        return scan_numeral(p, &w->value);
    }
    w->kind = TOKEN_NUMBER;
    w->digits = (int)bytes;
    suffix = ordinal_suffix(p + bytes);
    if (suffix && w->value >= 1 && w->value <= 31) {
        w->kind = TOKEN_ORD;
        w->set = WORDS_BIT(w->value);
        return bytes + suffix;
    }
    return bytes;
}

/* Words */

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) != 0;
}

/* Bytes of text that the row takes, 0 if it is not there. */
static size_t row_matches(const struct words_vocabulary *row, const char *p, bool *ret_plural)
{
    size_t bytes = strlen(row->text);

    *ret_plural = false;
    if (strncmp(p, row->text, bytes) != 0)
        return 0;
    if (!is_letter(row->text[bytes - 1]) || !is_letter(p[bytes]))
        return bytes;
    *ret_plural = true;
    return p[bytes] == 's' && !is_letter(p[bytes + 1]) ? bytes + 1 : 0;
}

static const struct words_vocabulary *longest_row(const char *p, size_t *ret_bytes, bool *ret_plural)
{
    const struct words_vocabulary *best = NULL;

    *ret_bytes = 0;
    for (size_t i = 0; i < words_vocabulary_count; i++) {
        bool plural;
        size_t bytes = row_matches(&words_vocabulary[i], p, &plural);
        if (bytes > *ret_bytes || (bytes == *ret_bytes && bytes && *ret_plural && !plural)) {
            best = &words_vocabulary[i];
            *ret_bytes = bytes;
            *ret_plural = plural;
        }
    }
    return best;
}

static struct word word_of(enum word_kind kind, int value)
{
    struct word w = {.kind = kind, .value = value};

    if (kind == TOKEN_ORD || kind == TOKEN_MONTH)
        w.set = WORDS_BIT(value);
    else if (kind == TOKEN_WEEKDAY)
        w.set = (uint64_t)value;
    if (kind == TOKEN_MONTH)
        w.value = 0;
    if (kind == TOKEN_RELATIVE && value > 50) {
        w.loose = true;
        w.value = value - 100;
    }
    return w;
}

static bool push(struct words_text *t, struct word w, size_t at, size_t bytes)
{
    if (t->count == WORDS_TOKENS_MAX)
        return false;
    w.at = at;
    w.bytes = bytes;
    t->items[t->count++] = w;
    return true;
}

static int fail_at(const struct words_text *t, size_t at, size_t bytes, enum msg msg, struct err *e)
{
    char piece[WORDS_TEXT_BYTES_MAX + 1];

    memcpy(piece, t->text + at, bytes);
    piece[bytes] = 0;
    if (msg == MSG_WORDS_UNKNOWN)
        return err_set(e, ERR_INVALID, msg, NULL, t->whole, piece, NULL);
    return err_set(e, ERR_INVALID, msg, NULL, piece, NULL);
}

/* From an unknown character to the next space, or as much of it as is not Chinese. */
static size_t unknown_bytes(const char *p)
{
    size_t bytes = 0, n;

    while (is_letter(p[bytes]))
        bytes++;
    if (bytes)
        return bytes;
    utf8_next(p, strlen(p), &n);
    return n;
}

static int scan_word(struct words_text *t, size_t at, size_t *ret_bytes, struct err *e)
{
    const char *p = t->text + at;
    bool plural = false, cjk = (unsigned char)p[0] >= 0x80;
    const struct words_vocabulary *row = longest_row(p, ret_bytes, &plural);
    struct word w;

    if (!row)
        return fail_at(t, at, unknown_bytes(p), MSG_WORDS_UNKNOWN, e);
    if (row->kind == TOKEN_TWO_WAYS)
        return fail_at(t, at, *ret_bytes, (enum msg)row->value, e);
    w = word_of(row->kind, row->value);
    if (w.kind == TOKEN_TO && p[0] == '-' && t->count == 0)
        w = word_of(TOKEN_SIGN, -1);
    w.plural = plural;
    w.cjk = cjk;
    if (w.kind != TOKEN_FILL && !push(t, w, at, *ret_bytes))
        return fail_at(t, at, *ret_bytes, MSG_WORDS_UNKNOWN, e);
    if (row->then_kind == TOKEN_END)
        return 0;
    w = word_of(row->then_kind, row->then_value);
    w.cjk = cjk;
    return push(t, w, at, *ret_bytes) ? 0 : fail_at(t, at, *ret_bytes, MSG_WORDS_UNKNOWN, e);
}

/* 0 and *ret_bytes = 0: no number here. */
static int scan_numeric(struct words_text *t, size_t at, size_t *ret_bytes, struct err *e)
{
    const char *p = t->text + at;
    struct word w = {0};
    bool real = true;

    *ret_bytes = scan_clock(p, &w, &real);
    if (!real)
        return fail_at(t, at, *ret_bytes, MSG_WORDS_NO_SUCH_TIME, e);
    if (*ret_bytes == 0)
        *ret_bytes = scan_date(p, &w);
    if (*ret_bytes == 0)
        *ret_bytes = scan_number(p, &w);
    if (*ret_bytes && !push(t, w, at, *ret_bytes))
        return fail_at(t, at, *ret_bytes, MSG_WORDS_UNKNOWN, e);
    return 0;
}

/* 一次 and the like begin with a numeral, so vocabulary comes first where it is longer. */
static int scan_one(struct words_text *t, size_t at, size_t *ret_bytes, struct err *e)
{
    size_t word_bytes;
    bool plural = false;

    longest_row(t->text + at, &word_bytes, &plural);
    if (word_bytes == 0 || numeral(t->text + at) < 0) {
        if (scan_numeric(t, at, ret_bytes, e) < 0)
            return -1;
        if (*ret_bytes)
            return 0;
    }
    return scan_word(t, at, ret_bytes, e);
}

int words_scan(const char *text, struct words_text *ret, struct err *e)
{
    size_t bytes;

    *ret = (struct words_text){.whole = text};
    if (normalise(text, ret->text, e) < 0)
        return -1;
    for (size_t at = 0; ret->text[at]; at += bytes) {
        bytes = 1;
        if (ret->text[at] != ' ' && scan_one(ret, at, &bytes, e) < 0)
            return -1;
    }
    return ret->count ? 0 : err_set(e, ERR_INVALID, MSG_WORDS_EMPTY, NULL, NULL);
}
