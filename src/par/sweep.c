/* The public interface: a job built by calls. */
#include "base/memory.h"
#include "par/sweep_parts.h"
#include "store/job_file.h"

#include <stdlib.h>
#include <string.h>

static const char no_file[] = "job", arrays_place[] = "llr_sweep_add_arrays",
                  override_place[] = "llr_sweep_set";

llr_sweep_t *llr_sweep_create(void)
{
    return llr_alloc(1, sizeof(llr_sweep_t));
}

void llr_sweep_destroy(llr_sweep_t *sweep)
{
    if (!sweep) return;
    llr_sweep_drop_rows(sweep);
    for (int64_t o = 0; o < sweep->overrides; o++) {
        free((char *)sweep->override[o].key);
        free((char *)sweep->override[o].value);
    }
    for (int64_t a = 0; a < sweep->arrays; a++) free(sweep->array[a].name);
    free(sweep->override);
    free(sweep->array);
    free(sweep->file);
    llr_text_destroy(&sweep->text);
    llr_findings_destroy(&sweep->mistakes);
    llr_text_destroy(&sweep->said);
    free(sweep);
}

/* What was said ---------------------------------------------------------------------------- */

static void add_line(llr_text_t *text, const char *line)
{
    llr_text_add(text, "%s%s", text->length ? "\n" : "", line);
}

llr_code_t llr_sweep_say(llr_sweep_t *sweep, llr_code_t code, const llr_findings_t *findings,
                         const llr_error_t *error)
{
    llr_text_destroy(&sweep->said);
    for (int64_t i = 0; findings && i < findings->count; i++)
        add_line(&sweep->said, findings->line[i]);
    if (code != LLR_OK && !sweep->said.length) add_line(&sweep->said, error->text);
    return code;
}

/* The end of a call that builds the job: its mistake is also kept. */
static llr_code_t built(llr_sweep_t *sweep, const char *call, llr_code_t code, llr_error_t *error)
{
    if (code == LLR_OK) return llr_sweep_say(sweep, code, NULL, NULL);
    llr_error_t placed;
    llr_fail(&placed, code, "%s%s%s", call, *call ? ": " : "", error->text);
    llr_findings_add(&sweep->mistakes, "%s", placed.text);
    if (sweep->built == LLR_OK) sweep->built = code;
    return llr_sweep_say(sweep, code, NULL, &placed);
}

const char *llr_sweep_error(const llr_sweep_t *sweep)
{
    return sweep->said.data ? sweep->said.data : "";
}

/* The job ---------------------------------------------------------------------------------- */

static llr_code_t read_file(llr_sweep_t *sweep, const char *path, llr_error_t *error)
{
    llr_text_destroy(&sweep->text);
    free(sweep->file);
    sweep->file = llr_copy_text(path);
    if (!sweep->file) return llr_fail_memory(error, 0, "a path");
    return llr_job_file_read(path, &sweep->text, error);
}

llr_code_t llr_sweep_read(llr_sweep_t *sweep, const char *path)
{
    llr_error_t error = {0};
    return built(sweep, "", read_file(sweep, path, &error), &error);
}

static llr_override_t *find_override(llr_sweep_t *sweep, const char *key)
{
    for (int64_t o = 0; o < sweep->overrides; o++)
        if (!strcmp(sweep->override[o].key, key)) return &sweep->override[o];
    return NULL;
}

static llr_code_t add_override(llr_sweep_t *sweep, char *key, char *value, llr_error_t *error)
{
    if (!key || !value ||
        llr_grow((void **)&sweep->override, sweep->overrides, &sweep->override_room,
                 sizeof *sweep->override)) {
        free(key);
        free(value);
        return llr_fail_memory(error, 0, "a key of the job");
    }
    sweep->override[sweep->overrides++] = (llr_override_t){key, value, override_place, false};
    return LLR_OK;
}

static llr_code_t set(llr_sweep_t *sweep, const char *key, const char *value, llr_error_t *error)
{
    LLR_TRY(llr_job_check_key(key, error));
    if (!value || !value[strspn(value, " \t\n")])
        return llr_fail(error, LLR_INVALID, "%s: a value is needed", key);
    llr_override_t *old = find_override(sweep, key);
    char *copy = llr_copy_text(value);
    if (!old) return add_override(sweep, llr_copy_text(key), copy, error);
    free((char *)old->value);
    old->value = copy;
    return copy ? LLR_OK : llr_fail_memory(error, 0, "a key of the job");
}

llr_code_t llr_sweep_set(llr_sweep_t *sweep, const char *key, const char *value)
{
    llr_error_t error = {0};
    return built(sweep, override_place, set(sweep, key, value, &error), &error);
}

/* Shapes and lists are looked at at once, as those of a file are; features when the job is
 * checked. */
static llr_code_t check_arrays(const llr_sweep_t *sweep, const llr_arrays_t *arrays,
                               llr_error_t *error)
{
    llr_source_t source;
    LLR_TRY(llr_job_check_name(arrays->name, error));
    for (int64_t a = 0; a < sweep->arrays; a++)
        if (!strcmp(sweep->array[a].name, arrays->name))
            return llr_fail(error, LLR_INVALID, "the name `%s` was added before", arrays->name);
    if (!arrays->x || !arrays->label)
        return llr_fail(error, LLR_INVALID, "%s: features and labels are needed", arrays->name);
    LLR_TRY(llr_source_open_memory(&source, arrays->name, arrays->x, arrays->rows, arrays->dim,
                                   arrays->label, arrays->group, arrays->split, error));
    llr_source_close(&source);
    return LLR_OK;
}

static llr_code_t add_arrays(llr_sweep_t *sweep, llr_arrays_t arrays, llr_error_t *error)
{
    LLR_TRY(check_arrays(sweep, &arrays, error));
    arrays.name = llr_copy_text(arrays.name);
    if (!arrays.name ||
        llr_grow((void **)&sweep->array, sweep->arrays, &sweep->array_room, sizeof *sweep->array)) {
        free(arrays.name);
        return llr_fail_memory(error, 0, "a dataset");
    }
    sweep->array[sweep->arrays++] = arrays;
    return LLR_OK;
}

llr_code_t llr_sweep_add_arrays(llr_sweep_t *sweep, const char *name, const double *x, int64_t rows,
                                int64_t dim, const int32_t *label, const int32_t *group,
                                const int8_t *split)
{
    llr_error_t error = {0};
    llr_arrays_t arrays = {(char *)name, x, rows, dim, label, group, split};
    return built(sweep, arrays_place, add_arrays(sweep, arrays, &error), &error);
}

/* The datasets of a job that names none: all that were added. */
static void print_datasets(const llr_sweep_t *sweep, llr_text_t *out)
{
    for (int64_t a = 0; a < sweep->arrays; a++)
        llr_text_add(out, "%s{name: \"%s\", path: \"memory:%s\"}", a ? ", " : "[",
                     sweep->array[a].name, sweep->array[a].name);
    llr_text_add(out, "]");
}

static bool is_used(const llr_sweep_t *sweep, const llr_arrays_t *arrays)
{
    for (int64_t d = 0; d < sweep->job.datasets; d++) {
        const char *path = sweep->job.dataset[d].path;
        if (path && llr_job_find_arrays(&sweep->job, path) == arrays) return true;
    }
    return false;
}

/* A dataset that was added and then forgotten is a mistake. */
static void check_use(const llr_sweep_t *sweep, llr_findings_t *findings)
{
    for (int64_t a = 0; a < sweep->arrays; a++) {
        const char *name = sweep->array[a].name;
        if (!is_used(sweep, &sweep->array[a]))
            llr_findings_add(findings, "%s: `%s`: no entry of datasets has the path `memory:%s`",
                             arrays_place, name, name);
    }
}

static llr_code_t parse(llr_sweep_t *sweep, const llr_overrides_t *overrides,
                        llr_findings_t *findings, llr_error_t *error)
{
    const char *file = sweep->file ? sweep->file : no_file;
    const char *text = sweep->text.data ? sweep->text.data : sweep->file ? "" : "{}";
    int64_t length = sweep->text.data ? sweep->text.length : (int64_t)strlen(text);
    char *folder = llr_job_file_folder(file);
    llr_code_t code = folder ? llr_job_parse_with(&sweep->job, text, length, file, folder,
                                                  overrides, findings, error)
                             : llr_fail_memory(error, 0, "a path");
    free(folder);
    LLR_TRY(code);
    sweep->job.array = sweep->array;
    sweep->job.arrays = sweep->arrays;
    check_use(sweep, findings);
    return findings->count ? LLR_INVALID : LLR_OK;
}

llr_code_t llr_sweep_build(llr_sweep_t *sweep, llr_findings_t *findings, llr_error_t *error)
{
    llr_text_t datasets = {0};
    llr_sweep_drop_rows(sweep);
    for (int64_t m = 0; m < sweep->mistakes.count; m++)
        llr_findings_add(findings, "%s", sweep->mistakes.line[m]);
    LLR_TRY(sweep->built);
    if (sweep->arrays) print_datasets(sweep, &datasets);
    llr_code_t code = datasets.failed || llr_grow((void **)&sweep->override, sweep->overrides,
                                                  &sweep->override_room, sizeof *sweep->override)
                          ? llr_fail_memory(error, 0, "the job")
                          : LLR_OK;
    if (code == LLR_OK) {
        /* Behind the overrides, not counted among them. */
        sweep->override[sweep->overrides] =
            (llr_override_t){"datasets", datasets.data, arrays_place, true};
        llr_overrides_t overrides = {sweep->override, sweep->overrides + (sweep->arrays > 0)};
        code = parse(sweep, &overrides, findings, error);
    }
    llr_text_destroy(&datasets);
    return code;
}
