#!/usr/bin/env python3
"""Writes volunteers-1000.csv: a thousand people who do not exist, the same ones every time.

Usage: make_volunteers.py [FILE]        ("-" or nothing: standard output)

The numbers are 19900000001 to 19900001000 and the mail domains are reserved for examples (RFC 2606), so nobody can be
reached. The file keeps what real lists hold: names with `·`, characters outside the BMP, compound surnames, namesakes,
empty cells, cells with commas, and rows that say nothing about consent.
"""
import csv
import io
import random
import sys

COUNT = 1000
SEED = 4000
PHONE_FIRST = 19900000001
HEADER = ["name", "phone", "email", "org", "source", "skills", "town", "consent_at"]

# Repeated letters are commoner surnames; 马 纳 哈 穆 撒 are those of Hui families.
SURNAMES = list("王王王王李李李李张张张张刘刘刘陈陈杨杨赵赵黄周吴徐孙胡朱高林何郭马马马马马罗梁宋郑谢韩唐冯于董萧程曹袁邓许"
                "傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
                "雷钱汤尹黎易常武乔贺赖龚文纳纳哈哈穆穆撒") + ["欧阳", "司马", "上官", "诸葛"]
FIRST = "建国志文明晓海春秀玉丽桂淑慧雅静思子宇浩梓欣若佳俊嘉睿一天伟立永德光新向荣瑞景少学家红"
SECOND = "国华平军强英兰芳梅霞燕红玲娟敏静洁琳瑶涵轩泽宇辰阳涛波鹏飞龙杰磊鑫斌峰岩林森淼博雯婷怡悦宁夏川原"
SINGLE = "伟芳娜敏静磊军洋勇艳杰娟涛明超霞平刚辉玲桂丹萍鑫波斌宁琳婷"
DOTTED_FIRST = ["阿依古丽", "古丽娜尔", "帕尔哈提", "热依汗", "艾尼瓦尔", "迪丽努尔", "巴特尔", "其其格", "阿迪力", "玛依拉",
                "叶尔兰", "阿合买提", "穆罕默德", "法图麦"]
DOTTED_LAST = ["买买提", "艾合买提", "吐尔逊", "阿不都拉", "巴雅尔", "努尔兰", "沙吾提", "肉孜", "哈斯木", "依明"]
# CJK Extension B: four bytes in UTF-8, and met in real registers.
RARE = ["\U00020BB7", "\U00023C98", "\U00024A7D", "\U0002139A", "\U000249DB", "\U00023E23", "\U00025532"]

ORGS = {
    "科技工作者": ["贺兰山麓农业研究所", "塞上新材料研究院", "沙湖仪器厂技术部", "枸杞工程技术中心", ""],
    "教师": ["朔望小学", "云岭中学", "丹枫职业学校", "杏坛幼儿园"],
    "媒体从业者": ["晨光融媒体中心", "塞上画报社", "Nova Media, Yinchuan"],
    "高校学生": ["凤城大学", "朔方理工学院", "贺兰师范学院, 物理系", ""],
    "社区工作者": ["丹枫社区", "银杏社区", "柳荫社区", "沙枣村"],
    "老专家": ["老科技工作者协会", "老年大学", ""],
}
SOURCES = list(ORGS)
SKILLS = {
    "科技工作者": ["科普讲解", "实验演示", "农业技术", "编程"],
    "教师": ["科普讲解", "实验演示", "机器人辅导", "天文观测"],
    "媒体从业者": ["摄影", "视频制作", "新媒体", "主持"],
    "高校学生": ["活动组织", "编程", "英语翻译", "手语"],
    "社区工作者": ["活动组织", "急救", "老年人服务", "登记引导"],
    "老专家": ["专家库", "老专家报告团", "健康咨询", "农业技术"],
}
TOWNS = ["兴泾镇", "镇北堡镇", "宁华路街道", "北京西路街道", "西花园路街道", "文昌路街道", "朔方路街道", "贺兰山西路街道",
         "怀远路街道", ""]
MAIL_DOMAINS = ["example.com", "example.org", "example.net"]


def pick(rng, items):
    """Only random() is promised to give the same sequence in every version of Python."""
    return items[int(rng.random() * len(items))]


def make_name(rng, number):
    if number % 25 == 7:
        return pick(rng, DOTTED_FIRST) + "·" + pick(rng, DOTTED_LAST)
    if number % 83 == 11:
        return pick(rng, SURNAMES) + pick(rng, FIRST) + RARE[number // 83 % len(RARE)]
    if number == 500:
        return RARE[0] + "野建国"
    if rng.random() < 0.22:
        return pick(rng, SURNAMES) + pick(rng, SINGLE)
    return pick(rng, SURNAMES) + pick(rng, FIRST) + pick(rng, SECOND)


def make_skills(rng, source):
    chosen = {pick(rng, SKILLS[source]) for _ in range(int(rng.random() * 4))}
    return ";".join(skill for skill in SKILLS[source] if skill in chosen)


def make_consent(rng):
    """About two in three said yes themselves; the others came with their organisation's list."""
    if rng.random() < 0.35:
        return ""
    month, day = 1 + int(rng.random() * 12), 1 + int(rng.random() * 28)
    hour, minute = 8 + int(rng.random() * 12), int(rng.random() * 60)
    return f"2024-{month:02}-{day:02}T{hour:02}:{minute:02}:00+08:00"


def make_row(rng, number):
    source = pick(rng, SOURCES)
    email = f"v{number:04}@{pick(rng, MAIL_DOMAINS)}" if rng.random() < 0.4 else ""
    return [make_name(rng, number), str(PHONE_FIRST + number - 1), email, pick(rng, ORGS[source]), source,
            make_skills(rng, source), pick(rng, TOWNS), make_consent(rng)]


def make_csv():
    rng = random.Random(SEED)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(make_row(rng, number) for number in range(1, COUNT + 1))
    return out.getvalue()


def main(argv):
    target = argv[1] if len(argv) > 1 else "-"
    data = make_csv().encode("utf-8")
    if target == "-":
        sys.stdout.buffer.write(data)
        return
    with open(target, "wb") as out:
        out.write(data)


if __name__ == "__main__":
    main(sys.argv)
