// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pci.c - bind and unbind drivers, reset devices, load and unload modules.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pci.h"

/**
 * pci_driver() - the driver that a device is bound to
 * @device: its name, such as 0000:01:00.0
 * @driver: out, the driver's name
 * @size: bytes of @driver
 *
 * Return: 0, or a negative errno; -ENOENT where it is bound to none.
 */
int pci_driver(const char *device, char *driver, size_t size)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *slash;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", device);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	if (strlen(slash) >= size)
		return -ENAMETOOLONG;
	memcpy(driver, slash, strlen(slash) + 1);
	return 0;
}

/* How many MSI-X vectors a device has for its interrupts, or a negative errno */
int pci_vectors(const char *device)
{
	char path[PATH_MAX], mode[16];
	struct dirent *entry;
	int count = 0;
	FILE *file;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/msi_irqs",
		 device);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path),
			 "/sys/bus/pci/devices/%s/msi_irqs/%s", device,
			 entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (fscanf(file, "%15s", mode) == 1 && !strcmp(mode, "msix"))
			count++;
		fclose(file);
	}
	closedir(dir);
	return count;
}

static int write_text(const char *path, const char *text)
{
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int write_name(const char *driver, const char *what, const char *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/%s", driver,
		 what);
	return write_text(path, device);
}

int pci_bind(const char *driver, const char *device)
{
	return write_name(driver, "bind", device);
}

int pci_unbind(const char *driver, const char *device)
{
	return write_name(driver, "unbind", device);
}

/* Which driver alone may bind it: a name, or a newline for those that fit */
int pci_override(const char *device, const char *driver)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver_override",
		 device);
	return write_text(path, driver);
}

/**
 * pci_reset() - reset a device that is bound, and let its driver go on
 * @device: its name, such as 0000:01:00.0
 *
 * Return: 0 or a negative errno, when the reset is over.
 */
int pci_reset(const char *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", device);
	return write_text(path, "1");
}

/* A word of configuration space at @at, read or (with @write) written */
static int config_word(const char *device, int at, __u16 *value, bool write)
{
	char path[PATH_MAX];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", device);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = write ? pwrite(fd, value, sizeof(*value), at) :
		      pread(fd, value, sizeof(*value), at);
	if (len != sizeof(*value))
		len = len < 0 ? -errno : -EIO;
	close(fd);
	return len < 0 ? len : 0;
}

/**
 * pci_bar() - where a range of a device is among the processor's addresses
 * @device: its name, such as 0000:01:00.0
 * @bar: which of its ranges
 * @begin: out, address of the first byte
 * @size: out, bytes
 *
 * Return: 0 or a negative errno; -ENOENT where it has no such range.
 */
int pci_bar(const char *device, unsigned int bar, __u64 *begin, __u64 *size)
{
	unsigned long long first = 0, last = 0;
	char path[PATH_MAX], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource",
		 device);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	do {
		if (!fgets(line, sizeof(line), file) ||
		    sscanf(line, "%llx %llx", &first, &last) != 2)
			last = 0;
	} while (bar--);
	fclose(file);
	*begin = first;
	*size = last - first + 1;
	return last ? 0 : -ENOENT;
}

/**
 * pci_map() - map a part of a device's range past its driver
 * @device: its name, such as 0000:01:00.0
 * @bar: which of its ranges, one that is prefetchable
 * @offset: of the part, a whole page
 * @size: of the part
 *
 * Return: where it is, write-combining, or MAP_FAILED: that takes iomem=relaxed
 * on the kernel's command line.
 */
void *pci_map(const char *device, unsigned int bar, __u64 offset, size_t size)
{
	char path[PATH_MAX];
	void *map;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%u_wc",
		 device, bar);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return MAP_FAILED;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	close(fd);
	return map;
}

/**
 * pci_answer() - let a device answer to what is read and written, or not
 * @device: its name, such as 0000:01:00.0
 * @on: does it?
 *
 * One that does not is like one that was lost on the bus: stores get nowhere,
 * and loads give no sense. A reset does not bring it back.
 *
 * Return: 0 or a negative errno.
 */
int pci_answer(const char *device, bool on)
{
	__u16 command;
	int ret = config_word(device, PCI_COMMAND, &command, false);

	if (ret)
		return ret;
	if (on)
		command |= PCI_COMMAND_MEMORY;
	else
		command &= ~PCI_COMMAND_MEMORY;
	return config_word(device, PCI_COMMAND, &command, true);
}

/* Like rmmod: -EAGAIN or -EBUSY where it is in use */
int module_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

/* By modprobe of the guest; 0, or -EIO where it failed */
int module_load(const char *name)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return -errno;
	if (!child) {
		execlp("modprobe", "modprobe", name, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	return status ? -EIO : 0;
}
