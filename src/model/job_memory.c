/* What a program gives a job beside its text: keys, and datasets in memory. */
#include "base/memory.h"
#include "model/job_parts.h"

#include <stdlib.h>
#include <string.h>

static const char memory_prefix[] = "memory:";

bool llr_job_is_memory(const char *path)
{
    return !strncmp(path, memory_prefix, strlen(memory_prefix));
}

const llr_arrays_t *llr_job_find_arrays(const llr_job_t *job, const char *path)
{
    if (!llr_job_is_memory(path)) return NULL;
    for (int64_t a = 0; a < job->arrays; a++)
        if (!strcmp(job->array[a].name, path + strlen(memory_prefix))) return &job->array[a];
    return NULL;
}

llr_code_t llr_job_check_key(const char *key, llr_error_t *error)
{
    const char **words = llr_alloc(llr_job_key_count, sizeof *words);
    if (!words) return llr_fail_memory(error, llr_job_key_count, "the keys of a job");
    bool known = false;
    for (int64_t k = 0; k < llr_job_key_count; k++) {
        words[k] = llr_job_keys[k].name;
        known = known || !strcmp(key, words[k]);
    }
    const char *nearest = llr_nearest_word(key, words, llr_job_key_count);
    free(words);
    if (known) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "unknown key `%.60s`%s%s%s", key,
                    nearest ? "; did you mean `" : "; `llrsweep help job` lists the keys",
                    nearest ? nearest : "", nearest ? "`?" : "");
}
