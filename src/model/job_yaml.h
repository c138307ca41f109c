/* Checked reading of YAML nodes: every mistake becomes one finding "file:line: key: ...". Private
 * to the job file's reader. */
#ifndef LLR_MODEL_JOB_YAML_H
#define LLR_MODEL_JOB_YAML_H

#include "base/text.h"
#include "model/job.h"

#include <stdbool.h>
#include <stdint.h>
#include <yaml.h>

enum { LLR_YAML_ENTRIES = 100000 }; /* longest list */

typedef struct llr_yaml {
    yaml_document_t *document; /* borrowed */
    const char *file;          /* borrowed, for messages */
    llr_findings_t *findings;  /* borrowed */
} llr_yaml_t;

typedef yaml_node_t llr_node_t;

/* The range of a number; open ends where the flag says so. */
typedef struct llr_range {
    double low, high;
    bool open; /* low itself is not allowed */
} llr_range_t;

/* One key of a mapping. The table of keys is the one place that says what a key is called, what it
 * is when it is not given, and what it means. */
typedef struct llr_yaml_key {
    const char *name;
    const char *standard; /* YAML of the default, NULL: there is none */
    bool required;
    void (*read)(llr_yaml_t *yaml, const llr_node_t *value, void *into);
    const char *help;
} llr_yaml_key_t;

void llr_yaml_complain(llr_yaml_t *yaml, const llr_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int64_t llr_yaml_line(const llr_node_t *node);

/* Parses text (length bytes) as one document; mistakes of syntax become findings. 1 when the
 * document is there; it is then to be deleted. */
int llr_yaml_load(yaml_document_t *document, const char *text, int64_t length, const char *file,
                  llr_findings_t *findings);

/* Reads a mapping by its table; unknown keys (with the nearest known one), repeated and missing
 * ones are findings. Keys that are not given are read from their standard. owner: the mapping's
 * name in messages, "" at the top. */
void llr_yaml_mapping(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                      const llr_yaml_key_t *keys, int64_t count, void *into);
/* The same; overrides take the place of what stands in the mapping. */
void llr_yaml_mapping_with(llr_yaml_t *yaml, const llr_node_t *node, const char *owner,
                           const llr_yaml_key_t *keys, int64_t count,
                           const llr_overrides_t *overrides, void *into);
/* Node of a key of a mapping, or NULL; also when node is no mapping. */
const llr_node_t *llr_yaml_find(llr_yaml_t *yaml, const llr_node_t *node, const char *key);

/* The readers return false, with a finding, when the node is not what they want. */
bool llr_yaml_is(llr_yaml_t *yaml, const llr_node_t *node, const char *key, yaml_node_type_t type);
bool llr_yaml_number(llr_yaml_t *yaml, const llr_node_t *node, const char *key, llr_range_t range,
                     double *out);
bool llr_yaml_integer(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t low,
                      int64_t high, int64_t *out);
/* Index in words. */
bool llr_yaml_word(llr_yaml_t *yaml, const llr_node_t *node, const char *key,
                   const char *const *words, int64_t count, int64_t *out);
/* Text without control characters, not empty; *out is the caller's (old text freed). */
bool llr_yaml_text(llr_yaml_t *yaml, const llr_node_t *node, const char *key, char **out);

/* Lists: the array is the caller's, *count its length; at least least entries. */
bool llr_yaml_list_length(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                          int64_t *count);
const llr_node_t *llr_yaml_entry(llr_yaml_t *yaml, const llr_node_t *list, int64_t index);
bool llr_yaml_numbers(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                      llr_range_t range, double **out, int64_t *count);
bool llr_yaml_integers(llr_yaml_t *yaml, const llr_node_t *node, const char *key, int64_t least,
                       int64_t low, int64_t high, int64_t **out, int64_t *count);

#endif
