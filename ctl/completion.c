#include "completion.h"

#include "args.h"
#include "command.h"
#include "hooks.h"
#include "print.h"
#include "session.h"

#include <string.h>

static void each_flag_word(struct buf *out, const struct flag *flags)
{
    for (const struct flag *f = flags; f && f->name; f++) {
        buf_printf(out, " --%s", f->name);
        if (f->letter)
            buf_printf(out, " -%c", f->letter);
    }
}

static void add_verbs(struct buf *out, const char *noun)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)); i++)
        if (strcmp(c->noun, noun) == 0 && c->verb)
            buf_printf(out, " %s", c->verb);
}

/* Patterns of a case: "--lang|--kind", of all flags for which `wanted` holds; each name once. */
static void add_flag_pattern(struct buf *out, bool (*wanted)(const struct flag *))
{
    const struct command *c;
    struct names seen = {.room = NULL};
    const struct flag *lists[256] = {global_flags};
    size_t lists_count = 1;

    for (size_t i = 0; (c = command_at(i)) && lists_count < 256; i++)
        lists[lists_count++] = c->flags;
    for (size_t i = 0; i < lists_count; i++)
        for (const struct flag *f = lists[i]; f && f->name; f++) {
            if (!wanted(f) || names_have(&seen, f->name) || seen.count == NAMES_MAX)
                continue;
            buf_printf(out, "%s--%s", seen.count ? "|" : "", f->name);
            if (f->letter)
                buf_printf(out, "|-%c", f->letter);
            seen.items[seen.count++] = f->name;
        }
    names_release(&seen);
}

static bool names_file(const struct flag *f)
{
    return f->value && (strcmp(f->value, "FILE") == 0 || strcmp(f->value, "PATH") == 0);
}

static void add_spaced(struct buf *out, const char *choices)
{
    for (const char *p = choices; *p; p++)
        buf_addc(out, *p == '|' ? ' ' : *p);
}

/* Values of a flag that has a choice of them; a command's own before the global ones. */
static void add_choice_cases(struct buf *out)
{
    const struct command *c;

    for (size_t i = 0; (c = command_at(i)); i++)
        for (const struct flag *f = c->flags; f && f->name; f++) {
            if (!f->choices)
                continue;
            buf_printf(out, "    \"%s %s --%s\") choices=\"", c->noun, c->verb ? c->verb : "", f->name);
            add_spaced(out, f->choices);
            buf_adds(out, "\" ;;\n");
        }
    for (const struct flag *f = global_flags; f->name; f++) {
        if (!f->choices)
            continue;
        buf_printf(out, "    *\" --%s\"", f->name);
        if (f->letter)
            buf_printf(out, "|*\" -%c\"", f->letter);
        buf_adds(out, ") choices=\"");
        add_spaced(out, f->choices);
        buf_adds(out, "\" ;;\n");
    }
}

static void add_word_cases(struct buf *out, const char *reply)
{
    const struct command *c;

    for (const struct noun *n = nouns; n->name; n++) {
        if (command_find(n->name, NULL))
            continue;
        buf_printf(out, "    \"%s \") %s", n->name, reply);
        add_verbs(out, n->name);
        buf_adds(out, "\" ;;\n");
    }
    for (size_t i = 0; (c = command_at(i)); i++) {
        buf_printf(out, "    \"%s %s\") %s", c->noun, c->verb ? c->verb : "", reply);
        each_flag_word(out, c->flags);
        if (c->args[0].name && strchr(c->args[0].name, '|')) {
            buf_addc(out, ' ');
            add_spaced(out, c->args[0].name);
        }
        buf_adds(out, "\" ;;\n");
    }
    buf_printf(out, "    \" \") %s", reply);
    for (const struct noun *n = nouns; n->name; n++)
        buf_printf(out, " %s", n->name);
    buf_adds(out, "\" ;;\n");
}

/* Finds noun and verb among the words before the cursor, stepping over the values of flags. */
static void add_finder(struct buf *out, const char *words, const char *last)
{
    buf_printf(out, "  local noun= verb= skip= w\n  for w in %s; do\n"
                    "    if [[ -n $skip ]]; then skip=; continue; fi\n    case $w in\n      ", words);
    add_flag_pattern(out, flag_takes_value);
    buf_printf(out, ") skip=1 ;;\n      -*) ;;\n      *) if [[ -z $noun ]]; then noun=$w; elif [[ -z $verb ]]; "
                    "then verb=$w; fi ;;\n    esac\n  done\n  case $noun in ");
    for (const struct noun *n = nouns, *first = NULL; n->name; n++) {
        if (!command_find(n->name, NULL))
            continue;
        buf_printf(out, "%s%s", first ? "|" : "", n->name);
        first = n;
    }
    buf_printf(out, ") verb= ;; esac\n  local prev=%s\n", last);
}

static void write_bash(struct buf *out)
{
    buf_adds(out, "# bash completion for kepuctl\n_kepuctl() {\n"
                  "  local cur=${COMP_WORDS[COMP_CWORD]} words= choices=\n  COMPREPLY=()\n");
    add_finder(out, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"", "${COMP_WORDS[COMP_CWORD-1]}");
    buf_adds(out, "  case \"$noun $verb $prev\" in\n");
    add_choice_cases(out);
    buf_adds(out, "  esac\n  [[ -n $choices ]] && { COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\")); return; }\n"
                  "  case $prev in\n    ");
    add_flag_pattern(out, names_file);
    buf_adds(out, ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n  esac\n  case \"$noun $verb\" in\n");
    add_word_cases(out, "words=\"");
    buf_adds(out, "  esac\n  [[ $cur == -* || -n $noun ]] && words+=\"");
    each_flag_word(out, global_flags);
    buf_adds(out, "\"\n  [[ $cur != -* ]] && words=$(printf '%s\\n' $words | grep -v '^-')\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "  [[ ${#COMPREPLY[@]} -eq 0 && \"$noun $verb\" == *import ]] &&\n"
                  "    COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                  "}\ncomplete -o filenames -F _kepuctl kepuctl\n");
}

static void write_zsh(struct buf *out)
{
    buf_adds(out, "#compdef kepuctl\n_kepuctl() {\n  local cur=${words[CURRENT]} list= choices=\n");
    add_finder(out, "${words[2,CURRENT-1]}", "${words[CURRENT-1]}");
    buf_adds(out, "  case \"$noun $verb $prev\" in\n");
    add_choice_cases(out);
    buf_adds(out, "  esac\n  [[ -n $choices ]] && { compadd -- ${=choices}; return }\n  case $prev in\n    ");
    add_flag_pattern(out, names_file);
    buf_adds(out, ") _files; return ;;\n  esac\n  case \"$noun $verb\" in\n");
    add_word_cases(out, "list=\"");
    buf_adds(out, "  esac\n  if [[ $cur == -* ]]; then list+=\"");
    each_flag_word(out, global_flags);
    buf_adds(out, "\"; list=\"${(M)${=list}:#-*}\"; else list=\"${${=list}:#-*}\"; fi\n"
                  "  compadd -- ${=list}\n  [[ \"$noun $verb\" == *import ]] && _files\n  return 0\n}\n"
                  "if [[ $funcstack[1] == _kepuctl ]]; then _kepuctl; else compdef _kepuctl kepuctl; fi\n");
}

/* In single quotes of fish, only \ and ' mean something. */
static void add_fish_text(struct buf *out, const char *text)
{
    buf_addc(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '\'' || *p == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *p);
    }
    buf_addc(out, '\'');
}

static void fish_flag(struct buf *out, const struct flag *f, const char *condition, enum lang lang)
{
    buf_printf(out, "complete -c kepuctl%s -l %s", condition, f->name);
    if (f->letter)
        buf_printf(out, " -s %c", f->letter);
    if (flag_takes_value(f))
        buf_adds(out, names_file(f) ? " -rF" : " -x");
    if (f->choices) {
        buf_adds(out, " -a '");
        add_spaced(out, f->choices);
        buf_addc(out, '\'');
    }
    buf_adds(out, " -d ");
    add_fish_text(out, f->help[lang]);
    buf_addc(out, '\n');
}

static void fish_command(struct buf *out, const struct command *c, enum lang lang)
{
    struct buf condition = {.data = NULL};

    buf_printf(&condition, " -n '__fish_seen_subcommand_from %s", c->noun);
    if (c->verb) {
        buf_printf(out, "complete -c kepuctl%s; and not __fish_seen_subcommand_from", buf_text(&condition));
        add_verbs(out, c->noun);
        buf_printf(out, "' -a %s -d ", c->verb);
        add_fish_text(out, c->help[lang]);
        buf_addc(out, '\n');
        buf_printf(&condition, "; and __fish_seen_subcommand_from %s", c->verb);
    }
    buf_addc(&condition, '\'');
    for (const struct flag *f = c->flags; f && f->name; f++)
        fish_flag(out, f, buf_text(&condition), lang);
    if (c->args[0].name && c->args[0].place == PLACE_FILE)
        buf_printf(out, "complete -c kepuctl%s -F\n", buf_text(&condition));
    if (c->args[0].name && strchr(c->args[0].name, '|')) {
        buf_printf(out, "complete -c kepuctl%s -a '", buf_text(&condition));
        add_spaced(out, c->args[0].name);
        buf_adds(out, "'\n");
    }
    buf_release(&condition);
}

static void write_fish(struct buf *out, enum lang lang)
{
    const struct command *c;

    buf_adds(out, "# fish completion for kepuctl\ncomplete -c kepuctl -f\n");
    for (const struct noun *n = nouns; n->name; n++) {
        buf_printf(out, "complete -c kepuctl -n __fish_use_subcommand -a %s -d ", n->name);
        add_fish_text(out, n->help[lang]);
        buf_addc(out, '\n');
    }
    for (const struct flag *f = global_flags; f->name; f++)
        fish_flag(out, f, "", lang);
    for (size_t i = 0; (c = command_at(i)); i++)
        fish_command(out, c, lang);
}

bool completion_write(struct buf *out, const char *shell, enum lang lang)
{
    if (strcmp(shell, "bash") == 0)
        write_bash(out);
    else if (strcmp(shell, "zsh") == 0)
        write_zsh(out);
    else if (strcmp(shell, "fish") == 0)
        write_fish(out, lang);
    else
        return false;
    return true;
}

int hook_run_completion(struct session *s)
{
    const char *shell = args_positional(s->inv, 0);
    struct buf out = {.data = NULL};
    int rc;

    if (completion_write(&out, shell, s->settings->lang))
        rc = print_bytes(&out, &s->failure.err);
    else
        rc = err_set(&s->failure.err, ERR_USAGE, MSG_CTL_BAD_CHOICE, NULL, "completion", shell,
                     "bash, zsh, fish", NULL);
    buf_release(&out);
    return rc;
}
