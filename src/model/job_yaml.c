#include "model/job_yaml.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t llr_yaml_line(const llr_node_t *node)
{
    return (int64_t)node->start_mark.line + 1;
}

void llr_yaml_complain(llr_yaml_t *yaml, const llr_node_t *node, const char *format, ...)
{
    char text[LLR_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    llr_findings_add(yaml->findings, "%s:%lld: %s", yaml->file, (long long)llr_yaml_line(node),
                     text);
}

static void find_syntax(const yaml_parser_t *parser, const char *file, llr_findings_t *findings)
{
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_MEMORY_ERROR) {
        findings->failed = 1;
        return;
    }
    /* Errors of the reader (bad UTF-8) have an offset instead of a mark. */
    int64_t line = (int64_t)parser->problem_mark.line + 1;
    if (parser->error == YAML_READER_ERROR) line = (int64_t)parser->mark.line + 1;
    llr_findings_add(findings, "%s:%lld: not valid YAML: %s%s%s", file, (long long)line, problem,
                     parser->context ? ", " : "", parser->context ? parser->context : "");
}

/* Is what follows the first document nothing? */
static bool is_last(yaml_parser_t *parser, const char *file, llr_findings_t *findings)
{
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next)) {
        find_syntax(parser, file, findings);
        return false;
    }
    bool last = !yaml_document_get_root_node(&next);
    if (!last)
        llr_findings_add(findings, "%s:%lld: a second document begins; one file is one job", file,
                         (long long)next.start_mark.line + 1);
    yaml_document_delete(&next);
    return last;
}

int llr_yaml_load(yaml_document_t *document, const char *text, int64_t length, const char *file,
                  llr_findings_t *findings)
{
    yaml_parser_t parser;
    int loaded = 0;
    if (!yaml_parser_initialize(&parser)) {
        findings->failed = 1;
        return 0;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, (size_t)length);
    if (!yaml_parser_load(&parser, document)) {
        find_syntax(&parser, file, findings);
    } else {
        loaded = yaml_document_get_root_node(document) != NULL;
        if (!loaded)
            llr_findings_add(findings,
                             "%s:1: the file is empty; `llrsweep help job` lists the keys", file);
        if (!loaded || !is_last(&parser, file, findings)) {
            yaml_document_delete(document);
            loaded = 0;
        }
    }
    yaml_parser_delete(&parser);
    return loaded;
}

static const char *kind_of(yaml_node_type_t type)
{
    switch (type) {
    case YAML_SCALAR_NODE:
        return "a single value";
    case YAML_SEQUENCE_NODE:
        return "a list";
    case YAML_MAPPING_NODE:
        return "keys with values";
    default:
        return "nothing";
    }
}

bool llr_yaml_is(llr_yaml_t *yaml, const llr_node_t *node, const char *key, yaml_node_type_t type)
{
    if (node->type == type) return true;
    llr_yaml_complain(yaml, node, "%s: expected %s, found %s", key, kind_of(type),
                      kind_of(node->type));
    return false;
}

static const char *text_of(const llr_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

/* A text that is the whole of its value: no NUL inside. */
static bool is_scalar(llr_yaml_t *yaml, const llr_node_t *node, const char *key)
{
    if (!llr_yaml_is(yaml, node, key, YAML_SCALAR_NODE)) return false;
    if (strlen(text_of(node)) == node->data.scalar.length) return true;
    llr_yaml_complain(yaml, node, "%s: the text holds a NUL character", key);
    return false;
}

bool llr_yaml_number(llr_yaml_t *yaml, const llr_node_t *node, const char *key, llr_range_t range,
                     double *out)
{
    double value;
    if (!is_scalar(yaml, node, key)) return false;
    if (!llr_text_to_double(text_of(node), &value)) {
        llr_yaml_complain(yaml, node, "%s: expected a number, found `%.60s`", key, text_of(node));
        return false;
    }
    if (!(value >= range.low && value <= range.high) || (range.open && value <= range.low)) {
        llr_yaml_complain(yaml, node, "%s: %.60s is out of range; it must be %s %g and at most %g",
                          key, text_of(node), range.open ? "greater than" : "at least", range.low,
                          range.high);
        return false;
    }
    *out = value;
    return true;
}

bool llr_yaml_integer(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t low,
                      int64_t high, int64_t *out)
{
    int64_t value;
    if (!is_scalar(yaml, node, key)) return false;
    if (!llr_text_to_int64(text_of(node), &value)) {
        llr_yaml_complain(yaml, node, "%s: expected a whole number, found `%.60s`", key,
                          text_of(node));
        return false;
    }
    if (value < low || value > high) {
        llr_yaml_complain(yaml, node, "%s: %lld is out of range; it must lie in %lld to %lld", key,
                          (long long)value, (long long)low, (long long)high);
        return false;
    }
    *out = value;
    return true;
}

static void complain_word(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                          const char *const *words, int64_t count)
{
    llr_text_t all = {0};
    const char *nearest = llr_nearest_word(text_of(node), words, count);
    for (int64_t i = 0; i < count; i++) llr_text_add(&all, "%s%s", i ? ", " : "", words[i]);
    llr_yaml_complain(yaml, node, "%s: `%.60s` is not known here%s%s%s; it is one of %s", key,
                      text_of(node), nearest ? "; did you mean `" : "", nearest ? nearest : "",
                      nearest ? "`?" : "", all.data ? all.data : "");
    llr_text_destroy(&all);
}

bool llr_yaml_word(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                   const char *const *words, int64_t count, int64_t *out)
{
    if (!is_scalar(yaml, node, key)) return false;
    for (*out = 0; *out < count; ++*out)
        if (!strcmp(text_of(node), words[*out])) return true;
    complain_word(yaml, node, key, words, count);
    return false;
}

bool llr_yaml_text(llr_yaml_t *yaml, const llr_node_t *node, const char *key, char **out)
{
    if (!is_scalar(yaml, node, key)) return false;
    bool good = *text_of(node) != '\0';
    for (const char *c = text_of(node); *c; c++)
        good = good && (unsigned char)*c >= ' ' && *c != 127;
    if (!good) {
        llr_yaml_complain(yaml, node, "%s: expected a text, not empty, on one line", key);
        return false;
    }
    free(*out);
    *out = llr_copy_text(text_of(node));
    if (!*out) yaml->findings->failed = 1;
    return *out != NULL;
}
