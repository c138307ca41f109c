/* Mappings and lists. */
#include "base/memory.h"
#include "model/job_yaml.h"

#include <stdlib.h>
#include <string.h>

const llr_node_t *llr_yaml_entry(llr_yaml_t *yaml, const llr_node_t *list, int64_t index)
{
    return yaml_document_get_node(yaml->document, list->data.sequence.items.start[index]);
}

bool llr_yaml_list_length(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                          int64_t *count)
{
    if (!llr_yaml_is(yaml, node, key, YAML_SEQUENCE_NODE)) return false;
    *count = node->data.sequence.items.top - node->data.sequence.items.start;
    if (*count >= least && *count <= LLR_YAML_ENTRIES) return true;
    llr_yaml_complain(yaml, node, "%s: the list has %lld entries; it must have %lld to %d", key,
                      (long long)*count, (long long)least, LLR_YAML_ENTRIES);
    return false;
}

/* Takes the place of an old array. */
static void *fresh(llr_yaml_t *yaml, void *old, int64_t count, size_t size)
{
    free(old);
    void *array = llr_alloc(count, size);
    if (!array) yaml->findings->failed = 1;
    return array;
}

bool llr_yaml_numbers(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                      llr_range_t range, double **out, int64_t *count)
{
    int64_t entries;
    bool good = true;
    if (!llr_yaml_list_length(yaml, node, key, least, &entries)) return false;
    *out = fresh(yaml, *out, entries, sizeof **out);
    *count = *out ? entries : 0;
    for (int64_t i = 0; i < *count; i++)
        good = llr_yaml_number(yaml, llr_yaml_entry(yaml, node, i), key, range, &(*out)[i]) && good;
    return good && *out;
}

bool llr_yaml_integers(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                       int64_t low, int64_t high, int64_t **out, int64_t *count)
{
    int64_t entries;
    bool good = true;
    if (!llr_yaml_list_length(yaml, node, key, least, &entries)) return false;
    *out = fresh(yaml, *out, entries, sizeof **out);
    *count = *out ? entries : 0;
    for (int64_t i = 0; i < *count; i++)
        good = llr_yaml_integer(yaml, llr_yaml_entry(yaml, node, i), key, low, high, &(*out)[i]) &&
               good;
    return good && *out;
}

static const char *key_of(llr_yaml_t *yaml, const yaml_node_pair_t *pair)
{
    const llr_node_t *key = yaml_document_get_node(yaml->document, pair->key);
    return key->type == YAML_SCALAR_NODE ? (const char *)key->data.scalar.value : NULL;
}

const llr_node_t *llr_yaml_find(llr_yaml_t *yaml, const llr_node_t *node, const char *key)
{
    if (node->type != YAML_MAPPING_NODE) return NULL;
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const char *name = key_of(yaml, pair);
        if (name && !strcmp(name, key)) return yaml_document_get_node(yaml->document, pair->value);
    }
    return NULL;
}

static const llr_yaml_key_t *find_key(const llr_yaml_key_t *keys, int64_t count, const char *name)
{
    for (int64_t k = 0; k < count; k++)
        if (!strcmp(keys[k].name, name)) return &keys[k];
    return NULL;
}

static void complain_unknown(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                             const char *name, const llr_yaml_key_t *keys, int64_t count)
{
    const char **words = llr_alloc(count, sizeof *words);
    for (int64_t k = 0; words && k < count; k++) words[k] = keys[k].name;
    const char *nearest = words ? llr_nearest_word(name, words, count) : NULL;
    const char *separator = *owner ? ": " : "";
    if (nearest)
        llr_yaml_complain(yaml, node, "%s%sunknown key `%.60s`; did you mean `%s`?", owner,
                          separator, name, nearest);
    else
        llr_yaml_complain(yaml, node, "%s%sunknown key `%.60s`; `llrsweep help job` lists the keys",
                          owner, separator, name);
    free(words);
}

/* Looks at the keys as they stand; values are read afterwards, in the order of the table. */
static void check_keys(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                       const llr_yaml_key_t *keys, int64_t count)
{
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const llr_node_t *key = yaml_document_get_node(yaml->document, pair->key);
        const char *name = key_of(yaml, pair);
        if (!name)
            llr_yaml_complain(yaml, key, "%s%sa key must be a word", owner, *owner ? ": " : "");
        else if (!find_key(keys, count, name))
            complain_unknown(yaml, key, owner, name, keys, count);
        else if (llr_yaml_find(yaml, node, name) !=
                 yaml_document_get_node(yaml->document, pair->value))
            llr_yaml_complain(yaml, key, "%s%skey `%s` stands there twice", owner,
                              *owner ? ": " : "", name);
    }
}

/* A value that stands outside the document: where is its name in messages. */
static void read_text(llr_yaml_t *yaml, const llr_yaml_key_t *key, const char *text,
                      const char *where, void *into)
{
    yaml_document_t document;
    if (!llr_yaml_load(&document, text, (int64_t)strlen(text), where, yaml->findings)) return;
    llr_yaml_t outside = {&document, where, yaml->findings};
    key->read(&outside, yaml_document_get_root_node(&document), into);
    yaml_document_delete(&document);
}

static const llr_override_t *find_override(const llr_overrides_t *overrides, const char *key)
{
    for (int64_t s = 0; overrides && s < overrides->count; s++)
        if (!strcmp(overrides->override[s].key, key)) return &overrides->override[s];
    return NULL;
}

void llr_yaml_mapping_with(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                           const llr_yaml_key_t *keys, int64_t count,
                           const llr_overrides_t *overrides, void *into)
{
    if (!llr_yaml_is(yaml, node, *owner ? owner : "the job", YAML_MAPPING_NODE)) return;
    check_keys(yaml, node, owner, keys, count);
    for (int64_t k = 0; k < count; k++) {
        const llr_node_t *value = llr_yaml_find(yaml, node, keys[k].name);
        const llr_override_t *override = find_override(overrides, keys[k].name);
        if (override && !(value && override->is_fallback))
            read_text(yaml, &keys[k], override->value, override->where, into);
        else if (value)
            keys[k].read(yaml, value, into);
        else if (keys[k].required)
            llr_yaml_complain(yaml, node, "%s%skey `%s` is missing: %s", owner, *owner ? ": " : "",
                              keys[k].name, keys[k].help);
        else if (keys[k].standard)
            read_text(yaml, &keys[k], keys[k].standard, keys[k].name, into);
    }
}

void llr_yaml_mapping(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                      const llr_yaml_key_t *keys, int64_t count, void *into)
{
    llr_yaml_mapping_with(yaml, node, owner, keys, count, NULL, into);
}
